//! The statements, as they are for the default names of the tables.
//!
//! Each one takes its time from `clock_timestamp()`, and all times of a row from one call. `now()`
//! would be the beginning of the transaction. A time that is a little old, because the statement
//! waited for a row, never makes a lease end early.
//!
//! The states are 0: claimed, 1: done, 2: released, 3: dead.
//!
//! # Claims
//!
//! A claim reads first, and writes only if that found no answer: a duplicate costs no write. `live`
//! sees the table as it was when the statement began. `taken` decides on the row as it is. If the
//! row has changed in between, neither has a row, and the statement is repeated.
//!
//! The rows are of the [kinds](crate::claim::Kind) 0: acquired, 1: done, 2: dead, 3: in flight,
//! 4: over the bound, 5: committed.

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

/// The columns that a claim inserts, and their values.
macro_rules! insert {
    ($key:literal, $owner:literal, $fingerprint:literal) => {
        concat!(
            "insert into webhook_key as k (epoch, lease_until, expires_at, purge_at, changed_at, ",
            "retain, attempts, fingerprint, state, key, owner) ",
            "select (extract(epoch from t.now) * 1000000)::bigint, t.now + t.lease, t.expires, ",
            "date_bin(t.grain, t.expires + t.grain, timestamptz 'epoch'), t.now, ",
            "t.retain, 1, ",
            $fingerprint,
            ", 0, ",
            $key,
            ", ",
            $owner,
            " "
        )
    };
}

/// The times of a claim, from `c`.
macro_rules! times {
    ($c:expr) => {
        concat!(
            "(select c.*, greatest(c.now + c.retain, c.now + c.lease) as expires, ",
            "greatest(c.retain / 64, interval '1 ms') as grain from (",
            $c,
            ") c) t "
        )
    };
}

/// The times of one claim.
macro_rules! own_times {
    () => {
        times!(
            "select clock_timestamp() as now, $3 * interval '1 us' as lease, \
             $4 * interval '1 us' as retain"
        )
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

/// $1 key, $2 owner, $3 lease (µs), $4 retain (µs), $5 fingerprint.
pub(crate) const CLAIM: &str = concat!(
    "with ",
    live!(),
    ", taken as (",
    insert!("$1", "$2", "$5"),
    "from ",
    own_times!(),
    "where not exists (select from live) ",
    take_over!(),
    ") ",
    answers!("", "live")
);

/// Like [`CLAIM`], for a key with a bound. It runs after [`LOCK_GROUP`] in one transaction.
///
/// $6 group, $7 bound.
pub(crate) const CLAIM_BOUNDED: &str = concat!(
    "with known as materialized (select ",
    found!("$2", "$5"),
    ", ",
    is_live!(),
    " as live from webhook_key k where k.key = $1 and k.expires_at > clock_timestamp()), ",
    "place as (insert into webhook_group as g (expires_at, keys, key) ",
    "select clock_timestamp() + $4 * interval '1 us', 1, $6 where not exists (select from known) ",
    "on conflict (key) do update set ",
    "keys = case when g.expires_at <= clock_timestamp() then 1 else g.keys + 1 end, ",
    "expires_at = case when g.expires_at <= clock_timestamp() then excluded.expires_at ",
    "else g.expires_at end ",
    "where g.expires_at <= clock_timestamp() or g.keys < $7 returning 1), ",
    "taken as (",
    insert!("$1", "$2", "$5"),
    "from ",
    own_times!(),
    "where not exists (select from known where live) ",
    "and (exists (select from known) or exists (select from place)) ",
    take_over!(),
    ") ",
    answers!("", "known where live"),
    " union all select 4, 0, 0, 0, false, null ",
    "where not exists (select from known) and not exists (select from place)"
);

/// Lets one claim of a group run at a time, until the end of its transaction. So the next
/// statement sees what the claim before has counted. $1 the first 8 bytes of the group's key.
pub(crate) const LOCK_GROUP: &str = "select from pg_advisory_xact_lock($1)";

/// Many claims and commits. Claims: $1 keys, $2 owners, $3 leases (µs), $4 retentions (µs),
/// $5 fingerprints. Commits: $6 keys, $7 owners, $8 epochs, $9 answers. No key occurs twice.
///
/// Rows are written in the order of their keys, so that two of these seldom wait for one another
/// in a circle.
pub(crate) const BATCH: &str = concat!(
    "with ask as materialized (",
    "select * from unnest($1, $2, $3, $4, $5) as a (key, owner, lease, retain, fingerprint)), ",
    "live as materialized (select k.key, ",
    found!("a.owner", "a.fingerprint"),
    " from ask a join webhook_key k on k.key = a.key ",
    "where k.expires_at > clock_timestamp() and ",
    is_live!(),
    "), ",
    "taken as (",
    insert!("t.key", "t.owner", "t.fingerprint"),
    "from ",
    times!(
        "select a.key, a.owner, a.fingerprint, n.now, a.lease * interval '1 us' as lease, \
         a.retain * interval '1 us' as retain \
         from ask a, (select clock_timestamp() as now) n \
         where not exists (select from live where live.key = a.key)"
    ),
    "order by t.key ",
    take_over!(),
    ", k.key), ",
    "settle as materialized (",
    "select * from unnest($6, $7, $8, $9) as s (key, owner, epoch, answer)), ",
    "done as (update webhook_key k set state = 1, lease_until = null, answer = s.answer, ",
    "note = null, ",
    keep_until!("t.now + k.retain"),
    "from settle s, (select clock_timestamp() as now) t ",
    "where k.key = s.key and k.owner = s.owner and k.epoch = s.epoch and k.state = 0 ",
    "and k.expires_at > t.now returning k.key) ",
    answers!(", key", "live"),
    " union all select 5, 0, 0, 0, false, null, key from done"
);

/// Tries to lock the key until the end of the transaction, and claims it if that succeeds. Two
/// transactions of one key never wait for one another. $6 the first 8 bytes of the key.
pub(crate) const CLAIM_IN: &str = concat!(
    "with lock as materialized (select pg_try_advisory_xact_lock($6) as got), ",
    live!(),
    ", taken as (",
    insert!("$1", "$2", "$5"),
    "from lock, ",
    own_times!(),
    "where lock.got and not exists (select from live) ",
    take_over!(),
    ") ",
    answers!("", "live"),
    " union all select 3, 0, 0, 1000000, false, null ",
    "from lock where not lock.got and not exists (select from live)"
);

/// Tries to lock a group and a key until the end of the transaction. $1 and $2 the first 8 bytes of
/// their keys.
pub(crate) const TRY_LOCKS: &str =
    "select pg_try_advisory_xact_lock($1) and pg_try_advisory_xact_lock($2)";

/// Commits, releases or buries. $1 key, $2 owner, $3 epoch, $4 state, $5 answer, $6 note.
pub(crate) const SETTLE: &str = concat!(
    "update webhook_key k set state = $4, lease_until = null, answer = $5, note = $6, ",
    keep_until!("t.now + k.retain"),
    "from (select clock_timestamp() as now) t ",
    "where k.key = $1 and k.owner = $2 and k.epoch = $3 and k.state = 0 and k.expires_at > t.now ",
    "returning 1"
);

/// The state of a record that this lease has settled. $1 key, $2 owner, $3 epoch.
pub(crate) const SETTLED: &str = "select state::integer from webhook_key \
    where key = $1 and owner = $2 and epoch = $3 and state > 0 and expires_at > clock_timestamp()";

/// $1 key, $2 owner, $3 epoch, $4 by (µs).
pub(crate) const RENEW: &str = concat!(
    "update webhook_key k set lease_until = t.now + t.lease, ",
    keep_until!("greatest(t.now + k.retain, t.now + t.lease)"),
    "from (select clock_timestamp() as now, $4 * interval '1 us' as lease) t ",
    "where k.key = $1 and k.owner = $2 and k.epoch = $3 and k.state = 0 and k.expires_at > t.now ",
    "returning 1"
);

/// $1 key.
pub(crate) const REVIVE: &str = concat!(
    "update webhook_key k set state = 2, attempts = 0, note = null, ",
    keep_until!("t.now + k.retain"),
    "from (select clock_timestamp() as now) t ",
    "where k.key = $1 and k.state = 3 and k.expires_at > t.now returning 1"
);

/// The record expires now, and is purged an hour later. Until then its epoch is kept, so that the
/// next one is higher even if the server's clock is set back. $1 key.
pub(crate) const FORGET: &str = "update webhook_key k set state = 2, attempts = 0, \
    lease_until = null, answer = null, note = null, expires_at = t.now, changed_at = t.now, \
    purge_at = t.now + interval '1 hour' \
    from (select clock_timestamp() as now) t where k.key = $1 and k.expires_at > t.now returning 1";

/// One row at least, so that it says whether the server is a standby. $1 key, $2 at most.
pub(crate) const DEAD: &str = "select pg_is_in_recovery() as standby, d.* \
    from (select 1) one left join lateral (select k.key, k.attempts, k.note, \
    (extract(epoch from k.changed_at) * 1000000)::bigint as died_at from webhook_key k \
    where k.note is not null and k.state = 3 and k.key > $1 and k.expires_at > clock_timestamp() \
    order by k.key limit $2) d on true order by d.key";

/// One batch of a sweep. A row that another statement has locked is skipped. $1 the lower bound
/// (µs since 1970), $2 at most.
///
/// The bound moves past the rows that were removed before: until a vacuum, their entries are still
/// in the index.
macro_rules! sweep {
    ($table:literal, $end:literal) => {
        concat!(
            "with gone as (delete from ",
            $table,
            " where ctid = any (array(select ctid from ",
            $table,
            " where ",
            $end,
            " >= timestamptz 'epoch' + $1 * interval '1 us' and ",
            $end,
            " <= (select clock_timestamp()) ",
            "order by ",
            $end,
            " limit $2 for update skip locked)) returning ",
            $end,
            " as ended) ",
            "select count(*), (extract(epoch from max(ended)) * 1000000)::bigint from gone"
        )
    };
}

pub(crate) const SWEEP_KEYS: &str = sweep!("webhook_key", "purge_at");
pub(crate) const SWEEP_GROUPS: &str = sweep!("webhook_group", "expires_at");

/// What [`check`](crate::check) looks at.
pub(crate) const CHECK: &str = "select pg_is_in_recovery() as standby, \
    current_setting('fsync') = 'off' as fsync_is_off, \
    current_setting('full_page_writes') = 'off' as page_writes_are_off, \
    current_setting('synchronous_commit') = 'off' as commits_are_late, \
    current_setting('autovacuum') = 'off' as autovacuum_is_off, \
    (extract(epoch from clock_timestamp()) * 1000000)::bigint as now, \
    coalesce((select relpersistence = 'u' from pg_class where oid = to_regclass('webhook_key')), \
    false) as is_unlogged, \
    coalesce((select 'autovacuum_enabled=false' = any (reloptions) from pg_class \
    where oid = to_regclass('webhook_key')), false) as is_never_vacuumed";

/// Whether there is a table with the version of the others.
pub(crate) const HAS_VERSION: &str = "select to_regclass('webhook_version') is not null";

/// The version of the tables.
pub(crate) const VERSION: &str = "select version from webhook_version";
