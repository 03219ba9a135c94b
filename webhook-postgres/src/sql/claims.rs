//! The statements of claims.
//!
//! A claim reads first, and writes only if that found no answer: a duplicate costs no write. `live`
//! sees the table as it was when the statement began. `taken` decides on the row as it is. If the
//! row has changed in between, neither has a row, and the statement is repeated.
//!
//! The rows are of the [kinds](crate::claim::kind) 0: acquired, 1: done, 2: dead, 3: in flight,
//! 4: over the bound, 5: committed.

/// $1 key, $2 owner, $3 lease (µs), $4 retain (µs), $5 fingerprint.
pub(crate) const CLAIM: &str = concat!(
    "with ",
    live!(),
    ", taken as (",
    insert!("$1", "$2", "$3", "$4", "$5"),
    now!(),
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
    insert!("$1", "$2", "$3", "$4", "$5"),
    now!(),
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
    insert!("a.key", "a.owner", "a.lease", "a.retain", "a.fingerprint"),
    "ask a, ",
    now!(),
    "where not exists (select from live where live.key = a.key) ",
    "order by a.key ",
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
    insert!("$1", "$2", "$3", "$4", "$5"),
    "lock, ",
    now!(),
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
