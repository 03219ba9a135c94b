//! Parts of the statements.

/// Of a row `k` that is not expired: whether it answers a claim.
macro_rules! is_live {
    () => {
        "(k.state in (1, 3) or k.state = 0 and k.lease_until > clock_timestamp())"
    };
}

/// What a claim needs of a row `k`.
macro_rules! found {
    ($owner:literal, $fingerprint:literal) => {
        concat!(
            "k.state, k.epoch, k.attempts, k.owner = ",
            $owner,
            " as own, ",
            "k.fingerprint = ",
            $fingerprint,
            " as same, ",
            "coalesce((extract(epoch from k.lease_until - clock_timestamp()) * 1000000)::bigint, 0) ",
            "as rest, ",
            "k.answer"
        )
    };
}

/// The row that answers a claim.
macro_rules! live {
    () => {
        concat!(
            "live as materialized (select ",
            found!("$2", "$5"),
            " from webhook_key k ",
            "where k.key = $1 and k.expires_at > clock_timestamp() and ",
            is_live!(),
            ")"
        )
    };
}

/// The columns that a claim inserts, and their values. `t` has the time.
macro_rules! insert {
    ($key:literal, $owner:literal, $lease:literal, $retain:literal, $fingerprint:literal) => {
        concat!(
            "insert into webhook_key as k (epoch, lease_until, expires_at, purge_at, changed_at, ",
            "retain, attempts, fingerprint, state, key, owner) ",
            "select (extract(epoch from t.now) * 1000000)::bigint, t.now + ",
            $lease,
            " * interval '1 us', t.now + greatest(",
            $lease,
            ", ",
            $retain,
            ") * interval '1 us', date_bin(greatest(",
            $retain,
            " / 64, 1000) * interval '1 us', t.now + (greatest(",
            $lease,
            ", ",
            $retain,
            ") + greatest(",
            $retain,
            " / 64, 1000)) * interval '1 us', timestamptz 'epoch'), t.now, ",
            $retain,
            " * interval '1 us', 1, ",
            $fingerprint,
            ", 0, ",
            $key,
            ", ",
            $owner,
            " from "
        )
    };
}

/// The time of a statement.
macro_rules! now {
    () => {
        "(select clock_timestamp() as now) t "
    };
}

/// Takes over a row whose lease or retention has ended, or that was released.
macro_rules! take_over {
    () => {
        "on conflict (key) do update set epoch = greatest(k.epoch + 1, excluded.epoch), \
         lease_until = excluded.lease_until, expires_at = excluded.expires_at, \
         purge_at = excluded.purge_at, changed_at = excluded.changed_at, \
         retain = excluded.retain, fingerprint = excluded.fingerprint, \
         attempts = case when k.expires_at <= excluded.changed_at then 1 \
         else least(k.attempts, 2147483646) + 1 end, \
         state = 0, owner = excluded.owner, answer = null, note = null \
         where k.expires_at <= excluded.changed_at or k.state = 2 \
         or k.state = 0 and k.lease_until <= excluded.changed_at \
         returning k.epoch, k.attempts"
    };
}

/// The answers of a claim. `key` is empty, or a further column.
macro_rules! answers {
    ($key:literal, $live:literal) => {
        concat!(
            "select 0 as kind, epoch, attempts, 0::bigint as rest, false as same, ",
            "null::bytea as answer",
            $key,
            " from taken union all ",
            "select case when state = 1 then 1 when state = 3 then 2 when own then 0 else 3 end, ",
            "epoch, attempts, rest, same, answer",
            $key,
            " from ",
            $live
        )
    };
}

/// `expires_at`, and `purge_at` as a claim computes it, for a row `k` that is kept until `$until`.
macro_rules! keep_until {
    ($until:literal) => {
        concat!(
            "expires_at = ",
            $until,
            ", changed_at = t.now, ",
            "purge_at = date_bin(greatest(k.retain / 64, interval '1 ms'), ",
            $until,
            " + greatest(k.retain / 64, interval '1 ms'), timestamptz 'epoch') "
        )
    };
}

/// A job `d` that the lease holds, if it is running. $1 id, $2 owner, $3 epoch.
#[cfg(feature = "inbox")]
macro_rules! held {
    () => {
        "d.id = $1 and d.owner = $2 and d.epoch = $3"
    };
}
