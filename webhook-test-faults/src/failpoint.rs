//! Named points at which a receiver kills itself.
//!
//! They are outside of the library: in the store that is wrapped around the real one, in the
//! handler, and around the middleware.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use clap::ValueEnum;
use rustix::process::{Signal, getpid, kill_process};

use crate::journal::{Entry, Journal};

/// A point in the work of a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[non_exhaustive]
pub enum Point {
    /// The delivery is verified, and the store was not asked yet.
    AfterVerify,
    /// The store has granted the claim, and the engine does not know it.
    AfterClaim,
    /// The handler is half through, before its effect.
    InHandler,
    /// The handler has had its effect and answered, and nothing is committed.
    AfterHandler,
    /// The commit is on its way to the store.
    InCommit,
    /// The store has accepted the commit, and the engine does not know it.
    AfterCommit,
    /// The answer is 200, and nothing of it was sent.
    BeforeResponse,
}

impl Point {
    /// Every point, in the order of a delivery.
    pub const ALL: [Self; 7] = [
        Self::AfterVerify,
        Self::AfterClaim,
        Self::InHandler,
        Self::AfterHandler,
        Self::InCommit,
        Self::AfterCommit,
        Self::BeforeResponse,
    ];

    /// The name, as in the arguments and in the journal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AfterVerify => "after-verify",
            Self::AfterClaim => "after-claim",
            Self::InHandler => "in-handler",
            Self::AfterHandler => "after-handler",
            Self::InCommit => "in-commit",
            Self::AfterCommit => "after-commit",
            Self::BeforeResponse => "before-response",
        }
    }

    /// The point with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|point| point.name() == name)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The point at which this process kills itself, if there is one.
#[derive(Clone, Debug)]
pub struct FailPoints {
    armed: Option<Armed>,
    journal: Arc<Journal>,
}

#[derive(Clone, Debug)]
struct Armed {
    point: Point,
    /// How often the point is passed until then.
    passes: Arc<AtomicU32>,
}

impl FailPoints {
    /// The process ends when `point` is reached for the `nth` time, counted from one.
    #[must_use]
    pub fn new(point: Option<Point>, nth: u32, journal: Arc<Journal>) -> Self {
        let passes = Arc::new(AtomicU32::new(nth.max(1)));
        let armed = point.map(|point| Armed { point, passes });
        Self { armed, journal }
    }

    /// Whether this is where the process has to end. It counts as a pass.
    pub(crate) fn is_due(&self, point: Point) -> bool {
        let armed = self.armed.as_ref().filter(|armed| armed.point == point);
        armed.is_some_and(|armed| armed.passes.fetch_sub(1, Ordering::SeqCst) == 1)
    }

    /// Passes a point, or kills the process.
    pub(crate) fn pass(&self, point: Point) {
        if self.is_due(point) {
            self.die(point);
        }
    }

    /// Kills the process as `kill -9` does: no destructor runs, and nothing is flushed.
    pub(crate) fn die(&self, point: Point) -> Infallible {
        // Without its line the death does not count, and the driver fails.
        let _ = self.journal.write(&Entry::Died(point));
        let _ = kill_process(getpid(), Signal::KILL);
        loop {
            thread::park();
        }
    }
}
