//! A table with a flaw that inboxes have had, around the table in memory.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use webhook_core::replay::LeaseState;
use webhook_core::{ReplayKey, StoreError, StoreErrorKind};
use webhook_inbox::{
    Acceptance, Accepted, Action, Change, Ending, Failure, InboxTable, Job, JobFilter, JobId,
    JobLease, JobState, Lane, LaneStats, Listed, MemoryInbox, Pruned, Retention, Stats, Step,
    StoredJob, TakeRequest, Taken,
};

/// What an inbox does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A delivery is acknowledged, and stored when the process comes to it.
    AcknowledgesBeforeTheCommit,
    /// A copy is acknowledged because the first one was seen, although it was not stored.
    AcknowledgesCopiesOfWhatIsNotStored,
    /// What no handler wants counts as handled.
    DropsWhatNothingHandles,
    /// An attempt that failed is the last one.
    LosesRetries,
    /// There is no last attempt.
    RetriesForEver,
    /// What a killed worker had stays with it.
    IsStuckAfterAKill,
    /// What steps returned goes with the process.
    RunsDoneStepsAgain,
    /// Jobs are read by a number above that of the last one.
    ReadsBySequence,
    /// A job that was parked has spent an attempt.
    CountsTheParked,
    /// What did not run counts as an attempt.
    CountsWhatDidNotRun,
    /// What failed is removed with what is done.
    PrunesWhatFailed,
    /// Nothing is ever removed.
    KeepsEveryBody,
    /// A worker that has lost its lease ends the job of the next one.
    IgnoresLeases,
}

impl Flaw {
    pub(super) const ALL: [Self; 13] = [
        Self::AcknowledgesBeforeTheCommit,
        Self::AcknowledgesCopiesOfWhatIsNotStored,
        Self::DropsWhatNothingHandles,
        Self::LosesRetries,
        Self::RetriesForEver,
        Self::IsStuckAfterAKill,
        Self::RunsDoneStepsAgain,
        Self::ReadsBySequence,
        Self::CountsTheParked,
        Self::CountsWhatDidNotRun,
        Self::PrunesWhatFailed,
        Self::KeepsEveryBody,
        Self::IgnoresLeases,
    ];
}

/// Clones are of one process. [`restarted`](Self::restarted) is the next one.
#[derive(Clone, Debug)]
pub(super) struct Flawed {
    table: MemoryInbox,
    flaw: Option<Flaw>,
    /// What a process keeps to itself.
    process: Arc<Process>,
}

#[derive(Debug, Default)]
struct Process {
    is_down: AtomicBool,
    not_stored: Mutex<Vec<Acceptance>>,
    seen: Mutex<HashSet<ReplayKey>>,
    taken: Mutex<Vec<JobLease>>,
    steps: Mutex<HashSet<(JobId, Box<str>)>>,
    parked: Mutex<HashSet<JobId>>,
}

impl Flawed {
    pub(super) fn new(table: MemoryInbox, flaw: Option<Flaw>) -> Self {
        Self {
            table,
            flaw,
            process: Arc::default(),
        }
    }

    /// What is left after a kill.
    pub(super) fn restarted(&self) -> Self {
        Self::new(self.table.clone(), self.flaw)
    }

    /// Whether acceptance fails, as it does while the database is away.
    pub(super) fn is_down(&self, is_down: bool) {
        self.process.is_down.store(is_down, Relaxed);
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    /// What is new and has a number below that of an earlier one is passed over.
    async fn above_the_last(&self, jobs: Vec<Job>) -> Result<Vec<Job>, StoreError> {
        let last = {
            let taken = self.process.taken.lock().unwrap();
            taken.iter().map(|lease| lease.id).max()
        };
        let is_read = |job: &Job| job.attempt > 1 || Some(job.lease.id) > last;
        let (read, others): (Vec<_>, Vec<_>) = jobs.into_iter().partition(is_read);
        for job in others {
            let failure = Failure::new("passed over", Duration::ZERO);
            let after = Duration::from_secs(3600);
            let ending = Ending::Retry { after, failure };
            self.table.settle(&job.lease, &ending).await?;
        }
        Ok(read)
    }

    /// Stores what was acknowledged.
    async fn catch_up(&self) -> Result<(), StoreError> {
        let waiting = std::mem::take(&mut *self.process.not_stored.lock().unwrap());
        for acceptance in waiting {
            self.table.accept(&acceptance).await?;
        }
        Ok(())
    }

    /// How many attempts it counts because a job was parked.
    fn parks(&self, id: JobId) -> u32 {
        let parked = self.process.parked.lock().unwrap();
        u32::from(self.has(Flaw::CountsTheParked) && parked.contains(&id))
    }

    /// The last lease of the same job.
    fn last_lease(&self, lease: &JobLease) -> JobLease {
        let taken = self.process.taken.lock().unwrap();
        let last = taken.iter().rev().find(|last| last.id == lease.id);
        last.copied().unwrap_or(*lease)
    }
}

impl InboxTable for Flawed {
    async fn accept(&self, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
        let is_new = self.process.seen.lock().unwrap().insert(acceptance.key);
        if self.has(Flaw::AcknowledgesCopiesOfWhatIsNotStored) && !is_new {
            return Ok(Accepted::Stored { same_payload: true });
        }
        if self.process.is_down.load(Relaxed) {
            return Err(StoreError::new(StoreErrorKind::Unavailable));
        }
        if self.has(Flaw::AcknowledgesBeforeTheCommit) {
            let mut waiting = self.process.not_stored.lock().unwrap();
            waiting.push(acceptance.clone());
            return Ok(Accepted::New);
        }
        self.table.accept(acceptance).await
    }

    async fn take(&self, request: &TakeRequest) -> Result<Taken, StoreError> {
        self.catch_up().await?;
        let mut request = request.clone();
        if self.has(Flaw::IsStuckAfterAKill) {
            request.lease *= 1000;
        }
        let mut taken = self.table.take(&request).await?;
        if self.has(Flaw::ReadsBySequence) {
            taken.jobs = self.above_the_last(taken.jobs).await?;
        }
        for job in &mut taken.jobs {
            job.attempt += self.parks(job.lease.id);
        }
        let leases = taken.jobs.iter().map(|job| job.lease);
        self.process.taken.lock().unwrap().extend(leases);
        Ok(taken)
    }

    async fn renew(&self, lease: &JobLease, by: Duration) -> Result<LeaseState, StoreError> {
        self.table.renew(lease, by).await
    }

    async fn settle(&self, lease: &JobLease, ending: &Ending) -> Result<LeaseState, StoreError> {
        let (mut lease, mut ending) = (*lease, ending.clone());
        if let Ending::Parked { .. } = ending {
            self.process.parked.lock().unwrap().insert(lease.id);
        }
        match (self.flaw, &ending) {
            (Some(Flaw::DropsWhatNothingHandles), Ending::Parked { .. })
            | (Some(Flaw::LosesRetries), Ending::Retry { .. }) => ending = Ending::Done,
            (Some(Flaw::RetriesForEver), Ending::Dead { failure }) => {
                let (after, failure) = (Duration::from_secs(1), failure.clone());
                ending = Ending::Retry { after, failure };
            }
            (Some(Flaw::CountsWhatDidNotRun), Ending::GivenBack) => {
                let failure = Failure::new("given back", Duration::ZERO);
                ending = Ending::Retry {
                    after: Duration::ZERO,
                    failure,
                };
            }
            (Some(Flaw::IgnoresLeases), _) => lease = self.last_lease(&lease),
            _ => {}
        }
        self.table.settle(&lease, &ending).await
    }

    async fn change(&self, ids: &[JobId], change: Change, by: &Action) -> Result<u64, StoreError> {
        self.table.change(ids, change, by).await
    }

    async fn steps(&self, id: JobId) -> Result<Vec<Step>, StoreError> {
        let mut steps = self.table.steps(id).await?;
        if self.has(Flaw::RunsDoneStepsAgain) {
            let own = self.process.steps.lock().unwrap();
            steps.retain(|step| own.contains(&(id, step.name.clone())));
        }
        Ok(steps)
    }

    async fn put_step(&self, lease: &JobLease, step: &Step) -> Result<LeaseState, StoreError> {
        let own = (lease.id, step.name.clone());
        self.process.steps.lock().unwrap().insert(own);
        self.table.put_step(lease, step).await
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
        self.catch_up().await?;
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

    async fn prune(&self, retention: &Retention, at_most: usize) -> Result<Pruned, StoreError> {
        if self.has(Flaw::KeepsEveryBody) {
            return Ok(Pruned::default());
        }
        if self.has(Flaw::PrunesWhatFailed) {
            let dead = JobFilter::of_state(JobState::Dead);
            let dead = self.table.list(&dead, None, at_most).await?.jobs;
            let ids: Vec<_> = dead.iter().map(|job| job.id).collect();
            let by = Action::new("prune", "it is old");
            self.table.change(&ids, Change::Drop, &by).await?;
        }
        self.table.prune(retention, at_most).await
    }
}
