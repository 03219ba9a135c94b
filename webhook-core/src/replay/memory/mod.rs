//! The store of a single process: bounded, sharded, lost on restart.

mod answers;
mod builder;
mod clock;
mod dead;
mod digest;
mod eviction;
mod groups;
#[cfg(all(test, webhook_loom))]
mod loom_tests;
mod record;
mod shard;
mod sync;
mod table;

pub use builder::MemoryStoreBuilder;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::StoreError;
use crate::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, ReplayKey, ReplayStore,
    Swept,
};
use table::Table;

/// Remembers deliveries in memory.
///
/// It fits a single process that may forget: after a restart, a copy of an earlier delivery runs
/// once more if its time is still fresh. Several processes need a store that they share. So do
/// events that must not run twice across a restart.
///
/// Clones share one set of records. A record takes less than 100 bytes; one with [unsigned
/// labels](super::LabelBound) takes about 30 more, and a dead one about 200 and its note.
///
/// # Capacity
///
/// The store holds a million records unless [`capacity`](MemoryStoreBuilder::capacity) is set. If
/// it is full, a claim makes room in this order:
///
/// 1. Expired records.
/// 2. Released records. They hold a count of attempts and nothing else.
/// 3. The older half of the done records that no freshness window protects.
///
/// The third step logs a warning, at most once an hour, that says how far back the store still
/// remembers. [`evicted`](Self::evicted) counts these records. If nothing makes room, the claim
/// fails with [`StoreErrorKind::Full`](crate::StoreErrorKind::Full), and the answer is 503. With
/// [`refuse_when_full`](MemoryStoreBuilder::refuse_when_full) there is no third step.
///
/// Claims and dead records make no room: a claim is a run in progress, and a dead record is the
/// last trace of an event that did not succeed.
///
/// # Answers and notes
///
/// Remembered answers and the notes of dead records have a budget of 64 MiB together, unless
/// [`side_memory`](MemoryStoreBuilder::side_memory) is set. Beyond it the oldest answers are
/// dropped, and their records stay done, without an answer. A note that does not fit is left empty.
///
/// # Purge
///
/// Expired records are purged as new ones arrive, in one shard at a time. A shard has at most
/// 16 384 records, up to a capacity of 67 million.
#[derive(Clone)]
pub struct MemoryStore {
    table: Arc<Table>,
}

impl MemoryStore {
    /// A store for a million records.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A builder for other settings.
    pub fn builder() -> MemoryStoreBuilder {
        MemoryStoreBuilder::new()
    }

    /// How many records there are, including expired ones that were not purged yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are no records.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many done records were dropped before they expired, because the store was full. A copy
    /// of such a delivery runs again.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.table.evicted()
    }

    /// The address of the records: the same for all clones.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.table).addr()
    }

    pub(crate) fn claim_now(
        &self,
        key: &ReplayKey,
        request: &ClaimRequest,
    ) -> Result<Claim, StoreError> {
        self.table.claim(key, request)
    }

    pub(crate) fn renew_now(&self, lease: &Lease, by: Duration) -> LeaseState {
        self.table.renew(lease, by)
    }

    pub(crate) fn commit_now(&self, lease: &Lease, answer: Option<&[u8]>) -> Commit {
        self.table.commit(lease, answer)
    }

    pub(crate) fn release_now(&self, lease: &Lease) -> LeaseState {
        self.table.release(lease)
    }

    pub(crate) fn bury_now(&self, lease: &Lease, note: &str) -> LeaseState {
        self.table.bury(lease, note)
    }

    pub(crate) fn revive_now(&self, key: &ReplayKey) -> bool {
        self.table.revive(key)
    }

    pub(crate) fn dead_now(&self, after: Option<&ReplayKey>, at_most: usize) -> Vec<DeadRecord> {
        self.table.dead(after, at_most)
    }

    pub(crate) fn forget_now(&self, key: &ReplayKey) -> bool {
        self.table.forget(key)
    }

    pub(crate) fn sweep_now(&self, at_most: usize) -> Swept {
        self.table.sweep(at_most)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl ReplayStore for MemoryStore {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        self.claim_now(key, request)
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        Ok(self.renew_now(lease, by))
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        Ok(self.commit_now(lease, answer))
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        Ok(self.release_now(lease))
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        Ok(self.bury_now(lease, note))
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        Ok(self.revive_now(key))
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        Ok(self.dead_now(after, at_most))
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        Ok(self.forget_now(key))
    }

    /// Looks at all records in one shard after the other, as there is no index of ends. Nothing
    /// needs it: the store purges by itself.
    async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        Ok(self.sweep_now(at_most))
    }

    /// Finds nothing. That this store forgets at a restart is no fault of its set-up.
    async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        Ok(Vec::new())
    }
}
