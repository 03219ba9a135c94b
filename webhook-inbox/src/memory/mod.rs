//! A table in the memory of the process.

mod row;
mod tables;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use webhook_core::replay::LeaseState;
use webhook_core::{Clock, StoreError, StoreErrorKind, SystemClock, UnixTime};

use crate::{
    Acceptance, Accepted, Action, Change, Ending, InboxTable, JobFilter, JobId, JobLease, Lane,
    LaneStats, Listed, Pruned, Retention, Stats, Step, StoredJob, TakeRequest, Taken,
};
use tables::Tables;

/// A table in memory, for tests. It is lost with the process, so never answer a sender 200 because
/// of it. Clones share it.
#[derive(Clone)]
pub struct MemoryInbox {
    tables: Arc<Mutex<Tables>>,
    clock: Arc<dyn Clock>,
}

impl MemoryInbox {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(SystemClock)
    }

    /// An empty table with another clock.
    #[must_use]
    pub fn with_clock(clock: impl Clock) -> Self {
        Self {
            tables: Arc::default(),
            clock: Arc::new(clock),
        }
    }

    fn run<V>(&self, work: impl FnOnce(&mut Tables, UnixTime) -> V) -> Result<V, StoreError> {
        let now = self.clock.now();
        let now = now.ok_or_else(|| {
            let why = "the clock cannot tell the time";
            StoreError::with_source(StoreErrorKind::Unavailable, why)
        })?;
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(work(&mut tables, now))
    }
}

impl Default for MemoryInbox {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryInbox").finish_non_exhaustive()
    }
}

impl InboxTable for MemoryInbox {
    async fn accept(&self, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
        self.run(|tables, now| tables.accept(acceptance, now))
    }

    async fn take(&self, request: &TakeRequest) -> Result<Taken, StoreError> {
        self.run(|tables, now| tables.take(request, now))
    }

    async fn renew(&self, lease: &JobLease, by: Duration) -> Result<LeaseState, StoreError> {
        self.run(|tables, now| tables.renew(lease, now.saturating_add(by)))
    }

    async fn settle(&self, lease: &JobLease, ending: &Ending) -> Result<LeaseState, StoreError> {
        self.run(|tables, now| tables.settle(lease, ending, now))
    }

    async fn change(&self, ids: &[JobId], change: Change, by: &Action) -> Result<u64, StoreError> {
        self.run(|tables, now| tables.change(ids, change, by, now))
    }

    async fn steps(&self, id: JobId) -> Result<Vec<Step>, StoreError> {
        self.run(|tables, _| tables.steps(id))
    }

    async fn put_step(&self, lease: &JobLease, step: &Step) -> Result<LeaseState, StoreError> {
        step.check()?;
        self.run(|tables, _| tables.put_step(lease, step))
    }

    async fn find(&self, id: JobId) -> Result<Option<StoredJob>, StoreError> {
        self.run(|tables, _| tables.find(id))
    }

    async fn list(
        &self,
        filter: &JobFilter,
        after: Option<JobId>,
        at_most: usize,
    ) -> Result<Listed, StoreError> {
        self.run(|tables, _| tables.list(filter, after, at_most))
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.run(|tables, now| tables.stats(now))
    }

    async fn lanes(
        &self,
        after: Option<&Lane>,
        at_most: usize,
    ) -> Result<Vec<LaneStats>, StoreError> {
        self.run(|tables, now| tables.lanes(after, at_most, now))
    }

    async fn prune(&self, retention: &Retention, at_most: usize) -> Result<Pruned, StoreError> {
        self.run(|tables, now| tables.prune(retention, at_most, now))
    }
}
