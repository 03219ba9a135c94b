//! A job: a stored delivery on its way to its handler.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use webhook_core::replay::Owner;
use webhook_core::{ReplayKey, SealedDelivery, UnixTime};

/// The number of a job in its table. It is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(u64);

impl JobId {
    /// The id with this number.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Shows the number.
impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What becomes of a job. [`InboxTable`](crate::InboxTable#the-states) has the way from each state
/// to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum JobState {
    /// It waits for a worker, from its time on.
    Due,
    /// A worker has it, until its lease ends.
    Running,
    /// Its handler has succeeded.
    Done,
    /// It has failed for good. A person decides what becomes of it.
    Dead,
    /// It was set aside before it ran, for example because no handler knows its type.
    Parked,
    /// A person has decided that it never runs.
    Dropped,
}

impl JobState {
    /// All states, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::Due,
        Self::Running,
        Self::Done,
        Self::Dead,
        Self::Parked,
        Self::Dropped,
    ];

    /// The number of the state in the tables of this project.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Due => 0,
            Self::Running => 1,
            Self::Done => 2,
            Self::Dead => 3,
            Self::Parked => 4,
            Self::Dropped => 5,
        }
    }

    /// A word for logs and lists, in lower case: `due`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Parked => "parked",
            Self::Dropped => "dropped",
        }
    }

    /// The state of this number. `None`: no state has it.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// The name of a queue. Each pair of a tenant and a consumer has one of its own, and all of them are
/// served alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Lane {
    /// The tenant. Empty without tenants.
    pub tenant: Box<str>,
    /// The consumer. Empty without one.
    pub consumer: Box<str>,
}

impl Lane {
    /// The lane of this tenant and this consumer.
    pub fn new(tenant: impl Into<Box<str>>, consumer: impl Into<Box<str>>) -> Self {
        Self {
            tenant: tenant.into(),
            consumer: consumer.into(),
        }
    }
}

/// A claim of a job. It is lost as soon as another worker has claimed the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct JobLease {
    /// The job.
    pub id: JobId,
    /// The worker's call that has claimed it.
    pub owner: Owner,
    /// The fencing token: higher than that of every earlier claim of the job.
    pub epoch: u64,
}

impl JobLease {
    /// This lease.
    #[must_use]
    pub const fn new(id: JobId, owner: Owner, epoch: u64) -> Self {
        Self { id, owner, epoch }
    }
}

/// A job that a worker has claimed.
///
/// `Debug` shows neither the record nor the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Job {
    /// The claim.
    pub lease: JobLease,
    /// The number of this attempt, from one. Requeuing a dead job begins anew.
    pub attempt: u32,
    /// The queue it was in.
    pub lane: Lane,
    /// The provider, as the column has it. The sealed record has the truth.
    pub provider: Box<str>,
    /// The replay key of the delivery.
    pub key: ReplayKey,
    /// When it was stored.
    pub accepted_at: UnixTime,
    /// For how long it was stored when it was taken, by the table's clock. A worker whose own clock
    /// is wrong declares nothing dead because of it.
    pub age: Duration,
    /// The delivery without its body.
    pub sealed: SealedDelivery,
    /// The body.
    pub body: Bytes,
}

impl Job {
    /// A claimed job. Its attempt is the first, and it was just stored.
    #[must_use]
    pub const fn new(
        lease: JobLease,
        lane: Lane,
        provider: Box<str>,
        key: ReplayKey,
        accepted_at: UnixTime,
        sealed: SealedDelivery,
        body: Bytes,
    ) -> Self {
        Self {
            lease,
            attempt: 1,
            lane,
            provider,
            key,
            accepted_at,
            age: Duration::ZERO,
            sealed,
            body,
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("lease", &self.lease)
            .field("attempt", &self.attempt)
            .field("lane", &self.lane)
            .field("provider", &self.provider)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
