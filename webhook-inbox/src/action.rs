//! What people do with jobs, and what is kept of it.

use webhook_core::UnixTime;

use crate::JobState;
use crate::acceptance::MAX_COLUMN;
use crate::text::column;

/// What a person does with jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Change {
    /// Dead and parked jobs become due at once, and their attempts begin anew.
    Requeue,
    /// Due jobs are parked.
    Park,
    /// Due, dead and parked jobs are dropped: they never run.
    Drop,
}

impl Change {
    /// All changes, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Requeue, Self::Park, Self::Drop];

    /// The number of the change in the tables of this project.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Requeue => 0,
            Self::Park => 1,
            Self::Drop => 2,
        }
    }

    /// The change of this number. `None`: no change has it.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Whether jobs in this state can be changed so: see
    /// [the states](crate::InboxTable#the-states).
    #[must_use]
    pub const fn is_allowed_in(self, state: JobState) -> bool {
        use JobState as S;
        match self {
            Self::Requeue => matches!(state, S::Dead | S::Parked),
            Self::Park => matches!(state, S::Due),
            Self::Drop => matches!(state, S::Due | S::Dead | S::Parked),
        }
    }

    /// A word for logs and lists: `requeue`, `park` or `drop`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requeue => "requeue",
            Self::Park => "park",
            Self::Drop => "drop",
        }
    }
}

/// Who changes jobs, and why. It is kept with each job that is changed.
///
/// It is for people who wonder later what happened, and is as true as the caller: a table checks
/// neither.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Action {
    /// Who: a login name, or the name of a program. At most 255 bytes.
    pub by: Box<str>,
    /// Why, in their own words. Empty: they have not said. At most 1000 bytes.
    pub why: Box<str>,
}

impl Action {
    /// An action of this person for this reason. Longer texts are cut.
    #[must_use]
    pub fn new(by: &str, why: &str) -> Self {
        Self {
            by: column(by, MAX_COLUMN),
            why: column(why, MAX_WHY),
        }
    }
}

/// A change of a job, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changed {
    /// What was done.
    pub change: Change,
    /// Who did it, and why.
    pub action: Action,
    /// When.
    pub at: UnixTime,
}

impl Changed {
    /// This change.
    #[must_use]
    pub const fn new(change: Change, action: Action, at: UnixTime) -> Self {
        Self { change, action, at }
    }
}

/// How many of the last changes of a job are kept: a program that requeues every hour does not fill
/// the table.
pub const LAST_CHANGES: u32 = 20;

/// The longest reason, in bytes: a few sentences.
const MAX_WHY: usize = 1000;
