//! The tables, and every statement.

use webhook_core::StoreErrorKind;

use crate::failure::Failure;

/// The tables of this version, as SQL for your own migrations.
///
/// [`SqliteStore::open`](crate::SqliteStore::open) runs this SQL in a file that has none of the
/// tables. Copy it if your migrations have to create every table of the file. All times are
/// microseconds since 1970-01-01T00:00:00Z.
///
/// | table | a row |
/// |---|---|
/// | `webhook_key` | a record: see [`ReplayStore`](webhook_core::ReplayStore) |
/// | `webhook_group` | how many keys a group has, for claims with a bound |
/// | `webhook_secret` | a value of a tenant, sealed: see `SecretTable` of `webhook-core` |
/// | `webhook_entity` | the highest version of an object whose events are ordered |
/// | `webhook_delivery` | a stored delivery: see `InboxTable` of `webhook-inbox` |
/// | `webhook_body` | the body of a stored delivery |
/// | `webhook_attempt` | an attempt to handle a stored delivery that failed |
/// | `webhook_step` | what a step of a handler returned |
/// | `webhook_action` | what a person did with a delivery |
/// | `webhook_store` | the only row: the version of the tables, and the highest epoch so far |
///
/// The states of a record are 0 (claimed), 1 (done), 2 (released) and 3 (dead). Those of a stored
/// delivery are 0 (due), 1 (running), 2 (done), 3 (dead), 4 (parked) and 5 (dropped). Those of a
/// step are 0 (done), 1 (failed) and 2 (skipped).
pub const SCHEMA: &str = include_str!("schema.sql");

/// The version of [`SCHEMA`], as the table `webhook_store` has it.
pub const SCHEMA_VERSION: i64 = 1;

/// Tables and indexes that this file must have, all or none.
pub(crate) const COUNT_TABLES: &str = "select count(*) from sqlite_schema where name in (\
     'webhook_key', 'webhook_group', 'webhook_secret', 'webhook_entity', 'webhook_store', \
     'webhook_key_expires', 'webhook_key_dead', 'webhook_group_expires', 'webhook_secret_ends', \
     'webhook_entity_expires', 'webhook_delivery', 'webhook_body', 'webhook_attempt', \
     'webhook_step', 'webhook_action', \
     'webhook_delivery_due', 'webhook_delivery_order', 'webhook_delivery_running', \
     'webhook_delivery_aside', 'webhook_delivery_body', \
     'webhook_delivery_ended')";
pub(crate) const TABLES: i64 = 21;

/// The version of the tables and the highest epoch.
pub(crate) const STORE: &str = "select version, last_epoch from webhook_store where id = 1";

/// Writes the highest epoch. Parameter: it.
pub(crate) const SET_EPOCH: &str =
    "update webhook_store set last_epoch = max(last_epoch, ?1) where id = 1";

/// Takes the write lock and an epoch. Parameter: now.
pub(crate) const NEXT_EPOCH: &str = "update webhook_store \
     set last_epoch = max(last_epoch + 1, ?1) where id = 1 returning version, last_epoch";

/// A record. Parameter: the key.
pub(crate) const READ: &str = "select state, owner, epoch, lease_until, attempts, fingerprint, \
     expires_at, answer from webhook_key where key = ?1";

/// Writes a claim over whatever was there. Parameters: key, owner, epoch, end of the lease,
/// attempts, retain, fingerprint, expiry, now, state.
pub(crate) const CLAIM: &str = "insert or replace into webhook_key (key, state, owner, epoch, \
     lease_until, attempts, retain, fingerprint, expires_at, changed_at) \
     values (?1, ?10, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

/// Counts a key in its group, unless the group is full. Parameters: group, expiry, now, bound.
pub(crate) const COUNT: &str = "insert into webhook_group (key, keys, expires_at) \
     values (?1, 1, ?2) on conflict (key) do update set \
     keys = case when expires_at <= ?3 then 1 else keys + 1 end, \
     expires_at = case when expires_at <= ?3 then excluded.expires_at else expires_at end \
     where expires_at <= ?3 or keys < ?4";

/// Parameters: key, owner, epoch, now, end of the lease.
pub(crate) const RENEW: &str = "update webhook_key set lease_until = ?5, \
     expires_at = max(?4 + retain, ?5), changed_at = ?4 \
     where key = ?1 and owner = ?2 and epoch = ?3 and state = 0 and expires_at > ?4";

/// Commits, releases or buries. Parameters: key, owner, epoch, now, state, answer, note.
pub(crate) const SETTLE: &str = "update webhook_key set state = ?5, lease_until = 0, \
     expires_at = ?4 + retain, changed_at = ?4, answer = ?6, note = ?7 \
     where key = ?1 and owner = ?2 and epoch = ?3 and state = 0 and expires_at > ?4";

/// Parameters: key, now.
pub(crate) const REVIVE: &str = "update webhook_key set state = 2, attempts = 0, \
     expires_at = ?2 + retain, changed_at = ?2, note = null \
     where key = ?1 and state = 3 and expires_at > ?2";

/// Parameters: key, now.
pub(crate) const FORGET: &str = "delete from webhook_key where key = ?1 returning expires_at > ?2";

/// Dead records. Parameters: the key before, now, how many.
pub(crate) const DEAD: &str = "select key, attempts, changed_at, note \
     from webhook_key indexed by webhook_key_dead \
     where state = 3 and key > ?1 and expires_at > ?2 order by key limit ?3";

/// Parameters: now, how many.
pub(crate) const PURGE_KEYS: &str = "delete from webhook_key where key in (\
     select key from webhook_key indexed by webhook_key_expires \
     where expires_at <= ?1 order by expires_at limit ?2)";
pub(crate) const PURGE_GROUPS: &str = "delete from webhook_group where key in (\
     select key from webhook_group indexed by webhook_group_expires \
     where expires_at <= ?1 order by expires_at limit ?2)";

pub(crate) const PURGE_ENTITIES: &str = "delete from webhook_entity where key in (\
     select key from webhook_entity indexed by webhook_entity_expires \
     where expires_at <= ?1 order by expires_at limit ?2)";

/// Raises the version of an object, if it is higher. Parameters: key, version, expiry, now.
pub(crate) const ADVANCE: &str = "insert into webhook_entity (key, version, expires_at) \
     values (?1, ?2, ?3) on conflict (key) do update set \
     version = excluded.version, expires_at = excluded.expires_at \
     where version < excluded.version or expires_at <= ?4";

/// The version of an object. Parameter: the key.
pub(crate) const ENTITY: &str = "select version from webhook_entity where key = ?1";

/// Parameters: key, now.
pub(crate) const FORGET_ENTITY: &str =
    "delete from webhook_entity where key = ?1 returning expires_at > ?2";

/// Whether anything has expired. Parameter: now.
pub(crate) const ANY_EXPIRED: &str = "select \
     exists (select 1 from webhook_key indexed by webhook_key_expires where expires_at <= ?1) \
     or exists (select 1 from webhook_group indexed by webhook_group_expires \
     where expires_at <= ?1) \
     or exists (select 1 from webhook_entity indexed by webhook_entity_expires \
     where expires_at <= ?1)";

/// Every statement on the tables: each of them has to compile before a store opens.
pub(crate) const ALL: [&str; 17] = [
    STORE,
    SET_EPOCH,
    NEXT_EPOCH,
    READ,
    CLAIM,
    COUNT,
    RENEW,
    SETTLE,
    REVIVE,
    FORGET,
    DEAD,
    PURGE_KEYS,
    PURGE_GROUPS,
    PURGE_ENTITIES,
    ADVANCE,
    ENTITY,
    FORGET_ENTITY,
];

/// Refuses tables of another version, which a program may have migrated meanwhile.
pub(crate) fn check_version(version: Option<i64>) -> Result<(), Failure> {
    match version {
        Some(SCHEMA_VERSION) => Ok(()),
        Some(_) => Err(Failure::new(
            StoreErrorKind::Misconfigured,
            "the tables are of another version: another program has migrated them",
        )),
        None => Err(no_store_row()),
    }
}

pub(crate) fn no_store_row() -> Failure {
    Failure::corrupt("the table webhook_store has no row")
}
