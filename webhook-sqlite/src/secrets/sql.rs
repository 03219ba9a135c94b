//! The statements on the table of secrets. A row that has ended counts as absent: `ends_at <= now`.

/// The highest number of a tenant, and whether a row is there. Parameters: provider, tenant.
pub(super) const LAST: &str = "select coalesce(max(number), 0) from webhook_secret \
     where provider = ?1 and tenant = ?2";

/// Parameters: provider, tenant, now.
pub(super) const READ: &str = "select provider, tenant, setting, number, sealed, \
     created_at, ends_at from webhook_secret where provider = ?1 and tenant = ?2 and (ends_at is null or ends_at > ?3)";

/// Rows after a slot. Parameters: provider, tenant, setting, number, now, how many, the id of the
/// key that is left out or null.
pub(super) const PAGE: &str = "select provider, tenant, setting, number, sealed, \
     created_at, ends_at from webhook_secret where (provider, tenant, setting, number) > (?1, ?2, ?3, ?4) \
     and (ends_at is null or ends_at > ?5) and (?7 is null or key_id <> ?7) \
     order by provider, tenant, setting, number limit ?6";

/// Parameters: provider, tenant, setting, number, sealed, id of the key, now.
pub(super) const INSERT: &str = "insert into webhook_secret \
     (provider, tenant, setting, number, sealed, key_id, created_at) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// Whether a row has these bytes. Parameters: provider, tenant, setting, number, sealed.
pub(super) const HAS: &str = "select exists (select 1 from webhook_secret \
     where provider = ?1 and tenant = ?2 and setting = ?3 and number = ?4 and sealed = ?5)";

/// Parameters: provider, tenant, now. Returns whether each row had not ended.
pub(super) const REMOVE: &str = "delete from webhook_secret \
     where provider = ?1 and tenant = ?2 returning ends_at is null or ends_at > ?3";

/// Parameters: provider, tenant, now. Returns whether each row had not ended.
pub(super) const END_PREVIOUS: &str = "delete from webhook_secret \
     where provider = ?1 and tenant = ?2 and setting = '' and ends_at is not null \
     returning ends_at > ?3";

/// Parameters: provider, tenant, now.
pub(super) const REMOVE_ENDED: &str = "delete from webhook_secret \
     where provider = ?1 and tenant = ?2 and ends_at <= ?3";

/// Parameters: provider, tenant, the end.
pub(super) const END: &str = "update webhook_secret set ends_at = ?3 \
     where provider = ?1 and tenant = ?2 and setting = '' and ends_at is null";

/// Parameters: provider, tenant, setting, number, now, old bytes, new bytes, id of the new key.
pub(super) const RESEAL: &str = "update webhook_secret set sealed = ?7, key_id = ?8 \
     where provider = ?1 and tenant = ?2 and setting = ?3 and number = ?4 and sealed = ?6 \
     and (ends_at is null or ends_at > ?5)";

/// Parameters: now, how many.
pub(super) const SWEEP: &str = "delete from webhook_secret \
     where (provider, tenant, setting, number) in (\
     select provider, tenant, setting, number from webhook_secret indexed by webhook_secret_ends \
     where ends_at is not null and ends_at <= ?1 order by ends_at limit ?2)";

/// Every statement: each of them has to compile before a store opens.
pub(crate) const ALL: [&str; 11] = [
    LAST,
    READ,
    PAGE,
    INSERT,
    HAS,
    REMOVE,
    END_PREVIOUS,
    REMOVE_ENDED,
    END,
    RESEAL,
    SWEEP,
];
