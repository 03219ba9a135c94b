//! The statements on the table of secrets.
//!
//! Texts come as bytes, because [`Value`](crate::value::Value) has no text. A row that has ended
//! counts as absent: `ends_at <= clock_timestamp()`.

/// The rows of a tenant.
macro_rules! of_tenant {
    () => {
        "s.provider = convert_from($1, 'UTF8') and s.tenant = convert_from($2, 'UTF8')"
    };
}

/// A row.
macro_rules! in_slot {
    () => {
        concat!(
            of_tenant!(),
            " and s.setting = convert_from($3, 'UTF8') and s.number = $4"
        )
    };
}

macro_rules! is_live {
    () => {
        "(s.ends_at is null or s.ends_at > clock_timestamp())"
    };
}

/// The columns of a row, with times in microseconds.
macro_rules! columns {
    () => {
        "s.provider, s.tenant, s.setting, s.number, s.sealed, \
         (extract(epoch from s.created_at) * 1000000)::bigint as created_at, \
         (extract(epoch from s.ends_at) * 1000000)::bigint as ends_at"
    };
}

/// Lets one change of a tenant run at a time, until the end of its transaction. So the next
/// statement sees what the change before has written. $1 provider, $2 tenant.
const LOCK: &str = "select from pg_advisory_xact_lock(hashtextextended(\
     convert_from($1, 'UTF8') || ' ' || convert_from($2, 'UTF8'), 2003331890))";

/// One row at least, so that it has the highest number, and says whether the server is a standby.
/// $1 provider, $2 tenant.
const READ: &str = concat!(
    "select pg_is_in_recovery() as standby, l.last, ",
    columns!(),
    " from (select coalesce(max(s.number), 0) as last from webhook_secret s where ",
    of_tenant!(),
    ") l left join webhook_secret s on ",
    of_tenant!(),
    " and ",
    is_live!()
);

/// A change, after [`LOCK`]. Its numbers are above those that are there, so a row is never removed
/// and inserted.
///
/// $1 provider, $2 tenant, $3 the highest number that it was made for, $4 how long current secrets
/// still count (µs), or below zero if all rows are removed. The new rows: $5 settings, $6 numbers,
/// $7 sealed bytes, $8 ids of keys.
const WRITE: &str = concat!(
    "with fits as materialized (select clock_timestamp() as now from (\
     select coalesce(max(s.number), 0) as last from webhook_secret s where ",
    of_tenant!(),
    ") l where l.last = $3), gone as (delete from webhook_secret s using fits where ",
    of_tenant!(),
    " and ($4 < 0 or s.ends_at <= fits.now)), ended as (\
     update webhook_secret s set ends_at = fits.now + $4 * interval '1 us' from fits where ",
    of_tenant!(),
    " and $4 >= 0 and s.setting = '' and s.ends_at is null) \
     insert into webhook_secret (created_at, number, provider, tenant, setting, key_id, sealed) \
     select fits.now, r.number, convert_from($1, 'UTF8'), convert_from($2, 'UTF8'), \
     convert_from(r.setting, 'UTF8'), convert_from(r.key_id, 'UTF8'), r.sealed \
     from fits, unnest($5, $6, $7, $8) as r (setting, number, sealed, key_id)"
);

/// Whether a row has these bytes. $1 provider, $2 tenant, $3 setting, $4 number, $5 sealed.
const HAS: &str = concat!(
    "select exists (select 1 from webhook_secret s where ",
    in_slot!(),
    " and s.sealed = $5) as made"
);

/// $1 provider, $2 tenant. After [`LOCK`].
const REMOVE: &str = concat!(
    "delete from webhook_secret s where ",
    of_tenant!(),
    " returning ",
    is_live!(),
    " as was_live"
);

/// $1 provider, $2 tenant. After [`LOCK`].
const END_PREVIOUS: &str = concat!(
    "delete from webhook_secret s where ",
    of_tenant!(),
    " and s.setting = '' and s.ends_at is not null returning ",
    is_live!(),
    " as was_live"
);

/// Rows after a slot. One row at least, so that it says whether the server is a standby.
/// $1 provider, $2 tenant, $3 setting, $4 number, $5 how many, $6 the key that is left out or null.
const PAGE: &str = concat!(
    "select pg_is_in_recovery() as standby, s.* from (select 1) one left join lateral (select ",
    columns!(),
    " from webhook_secret s where (s.provider, s.tenant, s.setting, s.number) > \
     (convert_from($1, 'UTF8'), convert_from($2, 'UTF8'), convert_from($3, 'UTF8'), $4) and ",
    is_live!(),
    " and ($6 is null or s.key_id <> convert_from($6, 'UTF8')) \
     order by s.provider, s.tenant, s.setting, s.number limit $5) s on true \
     order by s.provider, s.tenant, s.setting, s.number"
);

/// $1 provider, $2 tenant, $3 setting, $4 number, $5 old bytes, $6 new bytes, $7 the new key's id.
const RESEAL: &str = concat!(
    "update webhook_secret s set sealed = $6, key_id = convert_from($7, 'UTF8') where ",
    in_slot!(),
    " and s.sealed = $5 and ",
    is_live!()
);

/// $1 at most.
const SWEEP: &str = "with gone as (delete from webhook_secret where ctid = any (array(\
     select ctid from webhook_secret where ends_at <= (select clock_timestamp()) \
     order by ends_at limit $1 for update skip locked)) returning 1) select count(*) from gone";

statements! {
    SecretStatements {
        lock: LOCK,
        read: READ,
        write: WRITE,
        has: HAS,
        remove: REMOVE,
        end_previous: END_PREVIOUS,
        page: PAGE,
        reseal: RESEAL,
        sweep: SWEEP,
    }
}
