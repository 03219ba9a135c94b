//! What a worker asks for, and what is removed.

use std::time::Duration;

use webhook_core::replay::Owner;

use crate::{Job, Lane};

/// What [`InboxTable::take`](crate::InboxTable::take) is asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TakeRequest {
    /// The claimant. Each call has a different owner.
    pub owner: Owner,
    /// How many jobs at most.
    pub at_most: usize,
    /// How long the leases last.
    pub lease: Duration,
    /// Only lanes above this one are visited. `None`: from the first one on.
    pub after: Option<Lane>,
    /// Only lanes of these consumers are visited. `None`: all lanes.
    pub consumers: Option<Vec<Box<str>>>,
    /// Lanes that are not visited: the worker has enough of their jobs, or their consumer rests.
    pub skip: Vec<Lane>,
    /// How many jobs of one lane at most. The default is no limit but
    /// [`at_most`](Self::at_most).
    pub per_lane: usize,
}

impl TakeRequest {
    /// Takes so many jobs for so long, from the first lane on.
    #[must_use]
    pub const fn new(owner: Owner, at_most: usize, lease: Duration) -> Self {
        Self {
            owner,
            at_most,
            lease,
            after: None,
            consumers: None,
            skip: Vec::new(),
            per_lane: usize::MAX,
        }
    }

    /// Goes on after the lanes that were visited.
    #[must_use]
    pub fn after(mut self, lane: Option<Lane>) -> Self {
        self.after = lane;
        self
    }

    /// Visits only lanes of these consumers.
    #[must_use]
    pub fn of_consumers<C: Into<Box<str>>>(
        mut self,
        consumers: impl IntoIterator<Item = C>,
    ) -> Self {
        self.consumers = Some(consumers.into_iter().map(Into::into).collect());
        self
    }

    /// Does not visit these lanes.
    #[must_use]
    pub fn skip(mut self, lanes: Vec<Lane>) -> Self {
        self.skip = lanes;
        self
    }

    /// Takes at most so many jobs of one lane.
    #[must_use]
    pub const fn per_lane(mut self, at_most: usize) -> Self {
        self.per_lane = at_most;
        self
    }

    /// Whether the jobs of this lane are wanted.
    #[must_use]
    pub fn wants(&self, lane: &Lane) -> bool {
        let consumers = self.consumers.as_ref();
        consumers.is_none_or(|consumers| consumers.contains(&lane.consumer))
            && !self.skip.contains(lane)
    }

    /// How many jobs each of so many lanes gives at most.
    #[must_use]
    pub fn share(&self, lanes: usize) -> usize {
        self.at_most.div_ceil(lanes.max(1)).min(self.per_lane)
    }
}

/// The jobs that a worker has taken.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Taken {
    /// The jobs. There may be none although lanes are left.
    pub jobs: Vec<Job>,
    /// The last lane that was looked at, if there are others after it: the next call goes on there.
    /// `None`: the last lane was looked at, and the next call begins anew.
    pub after: Option<Lane>,
}

impl Taken {
    /// These jobs.
    #[must_use]
    pub const fn new(jobs: Vec<Job>, after: Option<Lane>) -> Self {
        Self { jobs, after }
    }
}

/// How long jobs are kept after they were done or dropped. All others keep everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retention {
    /// How long bodies are kept. Default: 7 days, enough to look into what went wrong last week.
    /// Bodies are what fills disks.
    pub bodies: Duration,
    /// How long records are kept, with their failed attempts. Default: 30 days. A body is never
    /// kept longer than its record.
    pub records: Duration,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Retention {
    /// Keeps bodies and records for these times.
    #[must_use]
    pub const fn new(bodies: Duration, records: Duration) -> Self {
        Self { bodies, records }
    }

    /// How long bodies are kept: not longer than records.
    #[must_use]
    pub fn of_bodies(&self) -> Duration {
        self.bodies.min(self.records)
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self::new(DAY * 7, DAY * 30)
    }
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruned {
    /// How many bodies.
    pub bodies: usize,
    /// How many records.
    pub records: usize,
}

impl Pruned {
    /// So many of each.
    #[must_use]
    pub const fn new(bodies: usize, records: usize) -> Self {
        Self { bodies, records }
    }
}
