//! The contract of a table that stores sealed secrets.

use std::fmt;
use std::time::Duration;

use crate::error::StoreError;
use crate::secret_store::{SealedSecret, Slot};
use crate::time::UnixTime;

/// A table of sealed secrets: what a database does for a [`SecretStore`](super::SecretStore).
///
/// It sees no key and no secret. It compares and copies bytes, and tells the time. The suite
/// `secret_store::conformance` (feature `conformance`) tests a table.
///
/// # Rows
///
/// | column | value |
/// |---|---|
/// | provider, tenant, setting, number | the [`Slot`], which is the primary key |
/// | sealed | the bytes of the [`SealedSecret`] |
/// | key id | [`SealedSecret::key_id`], to find rows of other keys |
/// | created at | when the row was inserted |
/// | ends at | from this time on the row counts as absent. Null: it has no end |
///
/// # Rules
///
/// * All times are of one clock, that of the database. A row has ended if `ends_at <= now`. A row
///   that has ended counts as absent for every operation except [`sweep`](Self::sweep),
///   and its number stays used.
/// * Texts are compared by their bytes: upper and lower case differ.
/// * Every operation is one transaction. Of two [`write`](Self::write)s at the same time, one comes
///   after the other.
/// * A failure is an error, never an empty answer.
pub trait SecretTable: fmt::Debug + Send + Sync + 'static {
    /// Reads the rows of a tenant at a provider, in any order.
    fn read(
        &self,
        provider: &str,
        tenant: &str,
    ) -> impl Future<Output = Result<TenantRows, StoreError>> + Send;

    /// Makes a change if the highest number of the tenant at the provider is
    /// [`last`](Change::last). Returns whether the rows of the change are in the table afterwards.
    ///
    /// A change that is repeated because its answer was lost must return `true`: compare the sealed
    /// bytes of the first row, which no other change has.
    fn write(&self, change: &Change) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Removes the secrets that have an end, and keeps settings and current secrets. Returns how
    /// many of them had not ended.
    fn end_previous(
        &self,
        provider: &str,
        tenant: &str,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Removes all rows of a tenant at a provider. Returns how many of them had not ended.
    fn remove(
        &self,
        provider: &str,
        tenant: &str,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Lists rows in ascending order of their [`Slot`]s.
    ///
    /// The list begins with the first slot above `after`, or with the first of all, and has at most
    /// `at_most` rows. To read on, pass the last slot of the list. Only an empty list is the end: a
    /// table may answer fewer rows than it was asked for, but then at least one. With `except_key`,
    /// rows whose key has this id are left out. `at_most` of zero is an empty list.
    fn page(
        &self,
        after: Option<&Slot>,
        at_most: usize,
        except_key: Option<&str>,
    ) -> impl Future<Output = Result<Vec<SecretRow>, StoreError>> + Send;

    /// Replaces the sealed bytes and the key id of a row if its sealed bytes are `old`. Returns
    /// whether they are `new` afterwards. The times of the row stay.
    fn reseal(
        &self,
        slot: &Slot,
        old: &SealedSecret,
        new: &SealedSecret,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Removes at most `at_most` rows that have ended. Returns how many.
    fn sweep(&self, at_most: usize) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// The rows of a tenant at a provider.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TenantRows {
    /// The highest number, also of rows that have ended. Zero: there are none.
    pub last: u64,
    /// The rows that have not ended.
    pub rows: Vec<SecretRow>,
}

impl TenantRows {
    /// These rows.
    #[must_use]
    pub const fn new(last: u64, rows: Vec<SecretRow>) -> Self {
        Self { last, rows }
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretRow {
    /// The place of the value.
    pub slot: Slot,
    /// The value.
    pub sealed: SealedSecret,
    /// When it was inserted.
    pub created_at: UnixTime,
    /// From this time on it counts as absent. `None`: it has no end.
    pub ends_at: Option<UnixTime>,
}

impl SecretRow {
    /// This row.
    #[must_use]
    pub const fn new(
        slot: Slot,
        sealed: SealedSecret,
        created_at: UnixTime,
        ends_at: Option<UnixTime>,
    ) -> Self {
        Self {
            slot,
            sealed,
            created_at,
            ends_at,
        }
    }
}

/// What is stored, without the value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretInfo {
    /// The place of the value.
    pub slot: Slot,
    /// When it was stored.
    pub created_at: UnixTime,
    /// From this time on it does not count. `None`: it is a current secret, or a setting.
    pub ends_at: Option<UnixTime>,
    /// The id of the key that sealed it. `None`: the stored bytes are not of a known format.
    pub key_id: Option<Box<str>>,
}

impl From<SecretRow> for SecretInfo {
    fn from(row: SecretRow) -> Self {
        Self {
            key_id: row.sealed.key_id().map(Into::into),
            slot: row.slot,
            created_at: row.created_at,
            ends_at: row.ends_at,
        }
    }
}

/// A change of the rows of a tenant at a provider.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Change {
    /// The provider.
    pub provider: Box<str>,
    /// The tenant.
    pub tenant: Box<str>,
    /// The highest number that the tenant must have.
    pub last: u64,
    /// What becomes of the rows that are there.
    pub replaced: Replaced,
    /// The rows to insert, at least one. Their numbers are above `last`, and they have no end.
    pub rows: Vec<(Slot, SealedSecret)>,
}

/// What becomes of the rows that a [`Change`] finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replaced {
    /// All are removed.
    Removed,
    /// Secrets without an end get one: now and this time. Rows that have ended are removed. All
    /// others stay.
    EndAfter(Duration),
}
