//! How a worker's claim of a job ends.

use std::time::Duration;

use webhook_core::UnixTime;

use crate::text::column;

/// The longest [kind of a failure](Failure::kind), in bytes.
pub(crate) const MAX_KIND: usize = 64;

/// Why an attempt failed, or why a job was parked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What went wrong, in a word or two that can be counted and filtered by: `status 500`,
    /// `panic`, `timeout`. At most 64 bytes. It must not contain a secret or a part of the payload.
    pub kind: Box<str>,
    /// How long the attempt took, in milliseconds.
    pub millis: u32,
}

impl Failure {
    /// A failure of this kind. A longer text is cut.
    #[must_use]
    pub fn new(kind: &str, took: Duration) -> Self {
        Self {
            kind: column(kind, MAX_KIND),
            millis: u32::try_from(took.as_millis())
                .unwrap_or(u32::MAX)
                .min(i32::MAX.unsigned_abs()),
        }
    }
}

/// How a worker ends its claim of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The handler has succeeded.
    Done,
    /// The attempt failed, and the next one is due after this time.
    Retry {
        /// How long to wait.
        after: Duration,
        /// What went wrong.
        failure: Failure,
    },
    /// The job failed for good.
    Dead {
        /// What went wrong.
        failure: Failure,
    },
    /// The job is set aside. This is no attempt.
    Parked {
        /// Why.
        reason: Failure,
    },
    /// The job did not run, and is due at once. This is no attempt.
    GivenBack,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// Which claim of the job it was, counted from one. Requeuing does not begin anew.
    pub number: u32,
    /// What went wrong.
    pub failure: Failure,
    /// When it ended.
    pub ended_at: UnixTime,
}

impl Attempt {
    /// This attempt.
    #[must_use]
    pub const fn new(number: u32, failure: Failure, ended_at: UnixTime) -> Self {
        Self {
            number,
            failure,
            ended_at,
        }
    }
}

/// How many of the last attempts of a job are kept, in addition to the first one.
pub const LAST_ATTEMPTS: u32 = 9;
