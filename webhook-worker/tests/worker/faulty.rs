//! A table in memory whose calls fail.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use webhook_core::replay::{LeaseState, TransactionSlot};
use webhook_core::{StoreError, StoreErrorKind};
use webhook_inbox::{
    Acceptance, Accepted, Action, Change, Ending, InboxTable, JobFilter, JobId, JobLease, Lane,
    LaneStats, Listed, MemoryInbox, Pruned, Retention, Stats, Step, StoredJob, TakeRequest, Taken,
};

/// What a worker calls while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Take,
    Renew,
    Settle,
    Begin,
    Commit,
    Prune,
}

impl Call {
    pub(crate) const ALL: [Self; 6] = [
        Self::Take,
        Self::Renew,
        Self::Settle,
        Self::Begin,
        Self::Commit,
        Self::Prune,
    ];
}

/// So often: until it heals.
pub(crate) const ALWAYS: u32 = u32::MAX;

/// After so many calls, the next one never ends. A worker that calls in a loop lets no time pass
/// while time is paused, and its test would never end.
const MOST_CALLS: u64 = 200_000;

/// A table whose calls fail as often as it is told. Clones share it.
#[derive(Clone)]
pub(crate) struct Faulty {
    table: MemoryInbox,
    has_transactions: bool,
    faults: Arc<Faults>,
}

#[derive(Default)]
struct Faults {
    /// How often each call is still to fail.
    left: [AtomicU32; Call::ALL.len()],
    /// Every other call fails, at random, if it is not zero.
    random: AtomicU64,
    calls: AtomicU64,
    /// Bodies that are to be pruned, beside those of the table.
    old_bodies: AtomicUsize,
}

impl Faulty {
    pub(crate) fn new(table: MemoryInbox) -> Self {
        Self {
            table,
            has_transactions: false,
            faults: Arc::default(),
        }
    }

    /// Handlers get a transaction, which commits nothing but the end of the job.
    pub(crate) fn with_transactions(mut self) -> Self {
        self.has_transactions = true;
        self
    }

    /// So many bodies of jobs that ended long ago.
    pub(crate) fn with_old_bodies(self, bodies: usize) -> Self {
        self.faults.old_bodies.store(bodies, Relaxed);
        self
    }

    /// How many of them were not pruned.
    pub(crate) fn old_bodies(&self) -> usize {
        self.faults.old_bodies.load(Relaxed)
    }

    pub(crate) fn fails(&self, call: Call, times: u32) {
        self.faults.left[call as usize].store(times, Relaxed);
    }

    pub(crate) fn fails_every_other_time(&self, seed: u64) {
        self.faults.random.store(seed << 32 | 1, Relaxed);
    }

    pub(crate) fn heals(&self) {
        self.faults.random.store(0, Relaxed);
        self.faults.calls.store(0, Relaxed);
        for call in Call::ALL {
            self.fails(call, 0);
        }
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> u64 {
        self.faults.calls.load(Relaxed)
    }

    async fn called(&self, call: Call) -> Result<(), StoreError> {
        let faults = &*self.faults;
        if faults.calls.fetch_add(1, Relaxed) >= MOST_CALLS {
            pending::<()>().await;
        }
        let left = &faults.left[call as usize];
        let is_due = |left: u32| match left {
            ALWAYS => Some(ALWAYS),
            left => left.checked_sub(1),
        };
        let fails = left.fetch_update(Relaxed, Relaxed, is_due).is_ok() || faults.is_unlucky();
        match fails {
            true => Err(StoreError::new(StoreErrorKind::Unavailable)),
            false => Ok(()),
        }
    }
}

impl Faults {
    /// The next of a sequence of random bits (xorshift).
    fn is_unlucky(&self) -> bool {
        let next = |mut bits: u64| {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            Some(bits)
        };
        let random = self.random.fetch_update(Relaxed, Relaxed, next);
        random.is_ok_and(|random| random >> 40 & 1 == 1)
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty").finish_non_exhaustive()
    }
}

impl InboxTable for Faulty {
    async fn take(&self, request: &TakeRequest) -> Result<Taken, StoreError> {
        self.called(Call::Take).await?;
        self.table.take(request).await
    }

    async fn renew(&self, lease: &JobLease, by: Duration) -> Result<LeaseState, StoreError> {
        self.called(Call::Renew).await?;
        self.table.renew(lease, by).await
    }

    async fn settle(&self, lease: &JobLease, ending: &Ending) -> Result<LeaseState, StoreError> {
        self.called(Call::Settle).await?;
        self.table.settle(lease, ending).await
    }

    async fn begin(&self, _: &JobLease) -> Result<Option<TransactionSlot>, StoreError> {
        self.called(Call::Begin).await?;
        Ok(self.has_transactions.then(|| TransactionSlot::new(())))
    }

    async fn commit(
        &self,
        lease: &JobLease,
        slot: &TransactionSlot,
    ) -> Result<LeaseState, StoreError> {
        let () = slot.take().ok_or(StoreErrorKind::Misconfigured)?;
        self.called(Call::Commit).await?;
        self.table.settle(lease, &Ending::Done).await
    }

    async fn prune(&self, retention: &Retention, at_most: usize) -> Result<Pruned, StoreError> {
        self.called(Call::Prune).await?;
        let old = self.old_bodies();
        if old > 0 {
            let pruned = old.min(at_most);
            self.faults.old_bodies.store(old - pruned, Relaxed);
            return Ok(Pruned::new(pruned, 0));
        }
        self.table.prune(retention, at_most).await
    }

    async fn accept(&self, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
        self.table.accept(acceptance).await
    }

    async fn steps(&self, id: JobId) -> Result<Vec<Step>, StoreError> {
        self.table.steps(id).await
    }

    async fn put_step(&self, lease: &JobLease, step: &Step) -> Result<LeaseState, StoreError> {
        self.table.put_step(lease, step).await
    }

    async fn change(&self, ids: &[JobId], change: Change, by: &Action) -> Result<u64, StoreError> {
        self.table.change(ids, change, by).await
    }

    async fn find(&self, id: JobId) -> Result<Option<StoredJob>, StoreError> {
        self.table.find(id).await
    }

    async fn list(
        &self,
        filter: &JobFilter,
        after: Option<JobId>,
        at_most: usize,
    ) -> Result<Listed, StoreError> {
        self.table.list(filter, after, at_most).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.table.stats().await
    }

    async fn lanes(
        &self,
        after: Option<&Lane>,
        at_most: usize,
    ) -> Result<Vec<LaneStats>, StoreError> {
        self.table.lanes(after, at_most).await
    }
}
