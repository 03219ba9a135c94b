//! The statements of the other verbs.

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

/// Raises the version of an object. No row: it is not higher, or the row has expired meanwhile. The
/// row is locked either way, so in a transaction the second of two waits. $1 key, $2 version,
/// $3 retain (µs).
pub(crate) const ADVANCE: &str = "insert into webhook_entity as e (key, version, expires_at) \
    select $1, $2, t.now + $3 * interval '1 us' from (select clock_timestamp() as now) t \
    on conflict (key) do update set version = excluded.version, expires_at = excluded.expires_at \
    where e.version < excluded.version or e.expires_at <= clock_timestamp() returning 1";

/// The version of an object. $1 key.
pub(crate) const ENTITY: &str =
    "select version from webhook_entity where key = $1 and expires_at > clock_timestamp()";

/// $1 key.
pub(crate) const FORGET_ENTITY: &str = "delete from webhook_entity where key = $1 \
    returning expires_at > clock_timestamp() as was_there";

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
pub(crate) const SWEEP_ENTITIES: &str = sweep!("webhook_entity", "expires_at");

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
