//! Failed jobs run again, a few at a time.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use webhook_core::StoreError;
use webhook_inbox::{Action, Change, InboxTable, JobId, JobState};

use crate::Selection;
use crate::selection::look_up;

/// Requeues dead and parked jobs at a pace that their consumers can bear, and stops if nothing but
/// failures comes of it.
///
/// A receiver that has just come back is easily overrun by what has piled up, and a redrive that was
/// started too early only makes the attempts begin anew in vain. So this watches what becomes of the
/// jobs: if the last [twenty](Self::stop_after) that have ended are all dead or parked again, it
/// stops, and leaves the rest as it is.
///
/// ```
/// use webhook_inbox::{Action, JobFilter, MemoryInbox};
/// use webhook_worker::{Redrive, Selection};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), webhook_core::StoreError> {
/// # let table = MemoryInbox::new();
/// let mut failed = JobFilter::default();
/// failed.error = Some("status 502".into());
/// let redrive = Redrive::of(Selection::of(failed)).per_second(50);
/// let action = Action::new("ana", "the proxy is back");
/// let ended = redrive.run(&table, &action, |so_far| println!("{so_far:?}")).await?;
/// # assert_eq!(ended.requeued, 0);
/// assert!(!ended.has_stopped, "only failures: {ended:?}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Redrive {
    selection: Selection,
    per_second: u32,
    stop_after: usize,
}

/// What has become of a redrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redriven {
    /// Jobs that are due again, or were.
    pub requeued: u64,
    /// Of those that were watched: how many are done.
    pub done: u64,
    /// Of those that were watched: how many are dead or parked again.
    pub failed: u64,
    /// Whether it has stopped because of failures. Jobs are left then.
    pub has_stopped: bool,
}

/// How many jobs are watched at the same time, and how many of them are looked up each time.
const WATCHED: usize = 200;
const LOOKED_UP: usize = 20;
/// How often.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Redrive {
    /// Requeues those of the selection that are dead or parked.
    pub fn of(selection: Selection) -> Self {
        Self {
            selection: selection.changeable_by(Change::Requeue),
            per_second: 10,
            stop_after: 20,
        }
    }

    /// How many jobs it requeues in a second. Zero counts as one. Default: 10.
    pub fn per_second(mut self, jobs: u32) -> Self {
        self.per_second = jobs.max(1);
        self
    }

    /// After how many failures without a success in between it stops. Zero: never. Default: 20. A
    /// job that is to be retried has not failed yet.
    pub fn stop_after(mut self, failures: usize) -> Self {
        self.stop_after = failures;
        self
    }

    /// The jobs that it would requeue now.
    pub const fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Runs it until each job was requeued, or until it stops. Drop the future to cancel it: what
    /// was requeued stays so. `progress` is called every second.
    ///
    /// Each job is requeued once. One that fails again meanwhile is left to the next redrive.
    ///
    /// # Errors
    ///
    /// Those of the table.
    pub async fn run<T: InboxTable>(
        &self,
        table: &T,
        by: &Action,
        mut progress: impl FnMut(&Redriven),
    ) -> Result<Redriven, StoreError> {
        let mut watch = Watch::new(self.stop_after);
        let mut pages = self.selection.pages(table);
        let at_once = usize::try_from(self.per_second / 10)
            .unwrap_or(1)
            .clamp(1, 100);
        let mut next = Instant::now();
        while let Some(jobs) = pages.next().await? {
            for jobs in jobs.chunks(at_once) {
                while Instant::now() < next {
                    sleep_until(next.min(watch.next)).await;
                    if watch.is_due() && watch.look(table, &mut progress).await? {
                        return Ok(watch.redriven);
                    }
                }
                if watch.is_due() && watch.look(table, &mut progress).await? {
                    return Ok(watch.redriven);
                }
                let ids: Vec<_> = jobs.iter().map(|job| job.id).collect();
                let requeued = table.change(&ids, Change::Requeue, by).await?;
                watch.add(&ids, requeued);
                // What a slow database has kept waiting is not made up for in a burst.
                let took = self.time_of(requeued);
                next = next.max(Instant::now()) + took;
            }
        }
        watch.look(table, &mut progress).await?;
        Ok(watch.redriven)
    }

    /// How long so many jobs take at this pace.
    fn time_of(&self, jobs: u64) -> Duration {
        let jobs = u32::try_from(jobs).unwrap_or(u32::MAX);
        Duration::from_secs(1) * jobs / self.per_second
    }
}

/// What becomes of the jobs that were requeued.
struct Watch {
    redriven: Redriven,
    jobs: VecDeque<JobId>,
    /// How many have failed since the last success.
    in_a_row: usize,
    stop_after: usize,
    /// When it looks again.
    next: Instant,
}

impl Watch {
    fn new(stop_after: usize) -> Self {
        Self {
            redriven: Redriven::default(),
            jobs: VecDeque::new(),
            in_a_row: 0,
            stop_after,
            next: Instant::now() + LOOK_EVERY,
        }
    }

    fn add(&mut self, ids: &[JobId], requeued: u64) {
        self.redriven.requeued = self.redriven.requeued.saturating_add(requeued);
        let room = WATCHED.saturating_sub(self.jobs.len());
        // If a state has changed meanwhile, nobody knows which of them were requeued.
        if usize::try_from(requeued) == Ok(ids.len()) {
            self.jobs.extend(ids.iter().take(room));
        }
    }

    fn is_due(&self) -> bool {
        Instant::now() >= self.next
    }

    /// Looks up those that were requeued first. Returns whether it is time to stop.
    async fn look<T: InboxTable>(
        &mut self,
        table: &T,
        progress: &mut impl FnMut(&Redriven),
    ) -> Result<bool, StoreError> {
        for _ in 0..LOOKED_UP.min(self.jobs.len()) {
            let Some(id) = self.jobs.pop_front() else {
                break;
            };
            let job = look_up(table, id).await?;
            match job.map(|job| job.state) {
                Some(JobState::Done) => {
                    self.redriven.done += 1;
                    self.in_a_row = 0;
                }
                Some(JobState::Dead | JobState::Parked) => {
                    self.redriven.failed += 1;
                    self.in_a_row += 1;
                }
                Some(JobState::Due | JobState::Running) => self.jobs.push_back(id),
                // Dropped by a person, or pruned.
                _ => {}
            }
        }
        self.redriven.has_stopped = self.stop_after > 0 && self.in_a_row >= self.stop_after;
        self.next = Instant::now() + LOOK_EVERY;
        progress(&self.redriven);
        Ok(self.redriven.has_stopped)
    }
}
