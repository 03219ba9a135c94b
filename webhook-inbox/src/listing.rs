//! What people see of the jobs in a table.

use std::fmt;

use bytes::Bytes;
use webhook_core::{ReplayKey, SealedDelivery, UnixTime};

use crate::{Attempt, Changed, JobId, JobState, Lane, Step};

/// Which jobs are listed. The default is all of them. A job has to fit all parts that are set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobFilter {
    /// The state.
    pub state: Option<JobState>,
    /// The tenant. Empty: jobs without a tenant.
    pub tenant: Option<Box<str>>,
    /// The consumer. Empty: jobs without one.
    pub consumer: Option<Box<str>>,
    /// The provider.
    pub provider: Option<Box<str>>,
    /// The type of the event.
    pub event_type: Option<Box<str>>,
    /// The template of the route.
    pub route: Option<Box<str>>,
    /// The [kind](crate::Failure::kind) of the last failure.
    pub error: Option<Box<str>>,
    /// Stored at this time or later.
    pub accepted_from: Option<UnixTime>,
    /// Stored before this time.
    pub accepted_until: Option<UnixTime>,
}

impl JobFilter {
    /// Jobs of this state.
    #[must_use]
    pub fn of_state(state: JobState) -> Self {
        Self {
            state: Some(state),
            ..Self::default()
        }
    }

    /// Whether a job fits.
    #[must_use]
    pub fn fits(&self, job: &JobInfo) -> bool {
        let is = |wanted: &Option<Box<str>>, found: Option<&str>| match wanted {
            Some(wanted) => found == Some(&**wanted),
            None => true,
        };
        self.state.is_none_or(|state| state == job.state)
            && is(&self.tenant, Some(&job.lane.tenant))
            && is(&self.consumer, Some(&job.lane.consumer))
            && is(&self.provider, Some(&job.provider))
            && is(&self.event_type, job.event_type.as_deref())
            && is(&self.route, job.route.as_deref())
            && is(&self.error, job.error.as_deref())
            && self
                .accepted_from
                .is_none_or(|from| job.accepted_at >= from)
            && self
                .accepted_until
                .is_none_or(|until| job.accepted_at < until)
    }
}

/// A job without its record and its body.
///
/// It serializes as what `webhook inbox list --json` prints, so a page for operators needs no
/// mapping of its own. So does a [`StoredJob`] as what `show --json` prints.
///
/// ```
/// use webhook_core::{ReplayKey, UnixTime};
/// use webhook_inbox::{JobId, JobInfo, Lane};
///
/// # fn main() -> Result<(), serde_json::Error> {
/// let (id, key) = (JobId::from_number(7), ReplayKey::from_bytes([0xab; 32]));
/// let stored = UnixTime::from_secs(1_800_000_000);
/// let job = JobInfo::new(id, key, Lane::new("acme", "mail"), "stripe", stored);
/// let shown = serde_json::to_value(&job)?;
/// assert_eq!(shown["id"], 7);
/// assert_eq!(shown["state"], "due");
/// assert_eq!(shown["tenant"], "acme");
/// assert_eq!(shown["accepted_at"], "2027-01-15T08:00:00Z");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobInfo {
    /// Its number.
    pub id: JobId,
    /// The replay key of the delivery.
    pub key: ReplayKey,
    /// Its queue.
    pub lane: Lane,
    /// The provider.
    pub provider: Box<str>,
    /// The type of the event, if it has one.
    pub event_type: Option<Box<str>>,
    /// The template of the route, if it is known.
    pub route: Option<Box<str>>,
    /// Its state.
    pub state: JobState,
    /// How many attempts began, since it was stored or requeued.
    pub attempts: u32,
    /// When it was stored.
    pub accepted_at: UnixTime,
    /// From when on it is due, or until when a worker has it.
    pub run_at: UnixTime,
    /// When it was done or dropped.
    pub ended_at: Option<UnixTime>,
    /// The [kind](crate::Failure::kind) of the last failure, or why it was parked.
    pub error: Option<Box<str>>,
}

impl JobInfo {
    /// A due job that has not run yet.
    pub fn new(
        id: JobId,
        key: ReplayKey,
        lane: Lane,
        provider: impl Into<Box<str>>,
        accepted_at: UnixTime,
    ) -> Self {
        Self {
            id,
            key,
            lane,
            provider: provider.into(),
            event_type: None,
            route: None,
            state: JobState::Due,
            attempts: 0,
            accepted_at,
            run_at: accepted_at,
            ended_at: None,
            error: None,
        }
    }
}

/// A part of a list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Listed {
    /// The jobs, in ascending order of their ids. There may be none although the list goes on.
    pub jobs: Vec<JobInfo>,
    /// Where the list goes on. `None`: it ends here.
    pub after: Option<JobId>,
}

impl Listed {
    /// This part.
    #[must_use]
    pub const fn new(jobs: Vec<JobInfo>, after: Option<JobId>) -> Self {
        Self { jobs, after }
    }
}

/// Everything about one job.
///
/// `Debug` shows neither the record nor the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct StoredJob {
    /// The columns.
    pub info: JobInfo,
    /// The delivery without its body.
    pub sealed: SealedDelivery,
    /// The body. `None`: it was [pruned](crate::InboxTable::prune).
    pub body: Option<Bytes>,
    /// The attempts that failed, in ascending order: the first one and the last nine.
    pub attempts: Vec<Attempt>,
    /// Its steps, in the order in which they were first put.
    pub steps: Vec<Step>,
    /// What people did with it, in the order in which they did it: the last
    /// [twenty](crate::LAST_CHANGES) times.
    pub changes: Vec<Changed>,
}

impl StoredJob {
    /// This job, without steps and changes.
    #[must_use]
    pub const fn new(
        info: JobInfo,
        sealed: SealedDelivery,
        body: Option<Bytes>,
        attempts: Vec<Attempt>,
    ) -> Self {
        Self {
            info,
            sealed,
            body,
            attempts,
            steps: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Adds the steps.
    #[must_use]
    pub fn with_steps(mut self, steps: Vec<Step>) -> Self {
        self.steps = steps;
        self
    }

    /// Adds what people did with it.
    #[must_use]
    pub fn with_changes(mut self, changes: Vec<Changed>) -> Self {
        self.changes = changes;
        self
    }
}

impl fmt::Debug for StoredJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredJob")
            .field("info", &self.info)
            .field("bytes", &self.body.as_ref().map(Bytes::len))
            .field("attempts", &self.attempts)
            .field("steps", &self.steps)
            .field("changes", &self.changes)
            .finish_non_exhaustive()
    }
}

/// How many jobs a table has. A number is at most [`MOST_COUNTED`](Self::MOST_COUNTED): counting
/// further would take too long, and whoever reads it has to act anyway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Jobs that wait, those whose time has not come included.
    pub due: u64,
    /// Jobs that a worker has.
    pub running: u64,
    /// Jobs that failed for good.
    pub dead: u64,
    /// Jobs that were set aside.
    pub parked: u64,
    /// The earliest time at which one of the counted jobs was due or its lease ended, if that has
    /// passed. It says how far the workers are behind.
    pub behind_since: Option<UnixTime>,
}

/// How far the workers are behind in one lane.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaneStats {
    /// The lane.
    pub lane: Lane,
    /// How many of its jobs a worker could take by their time: they are due, or their lease has
    /// ended. At most [`MOST_COUNTED`](Self::MOST_COUNTED).
    pub waiting: u64,
    /// The time of the earliest of them.
    pub behind_since: Option<UnixTime>,
}

impl LaneStats {
    /// The highest number: a table may have thousands of lanes.
    pub const MOST_COUNTED: u64 = 1000;

    /// These numbers.
    #[must_use]
    pub const fn new(lane: Lane, waiting: u64, behind_since: Option<UnixTime>) -> Self {
        Self {
            lane,
            waiting,
            behind_since,
        }
    }
}

impl Stats {
    /// The highest number.
    pub const MOST_COUNTED: u64 = 100_000;
}
