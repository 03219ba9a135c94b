//! What became of the attempts of a consumer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use webhook_axum::inbox::Consumed;

/// The outcomes of an attempt, as the library names them. An attempt that the worker ends itself is
/// `interrupted`: its time is over, its claim is lost, or the server shuts down.
pub(crate) const OUTCOMES: [&str; 5] = ["done", "failed", "given_up", "parked", INTERRUPTED];
const INTERRUPTED: &str = "interrupted";

/// How often each outcome happened. Clones count together.
#[derive(Clone, Default)]
pub(super) struct Attempts(Arc<[AtomicU64; OUTCOMES.len()]>);

impl Attempts {
    /// Begins one. It is counted when it ends, or is dropped.
    pub(super) fn begin(&self) -> Attempt<'_> {
        Attempt {
            counted: self,
            outcome: INTERRUPTED,
        }
    }

    /// Every outcome with its count.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        OUTCOMES.into_iter().zip(counts)
    }

    fn count(&self, outcome: &str) {
        let counters = OUTCOMES.iter().zip(&*self.0);
        for (_, counter) in counters.filter(|(known, _)| **known == outcome) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// An attempt that runs.
pub(super) struct Attempt<'a> {
    counted: &'a Attempts,
    outcome: &'static str,
}

impl Attempt<'_> {
    pub(super) fn ended(mut self, consumed: &Consumed) {
        self.outcome = match consumed {
            Consumed::Done => "done",
            Consumed::GivenUp { .. } => "given_up",
            Consumed::Parked { .. } => "parked",
            _ => "failed",
        };
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.counted.count(self.outcome);
    }
}
