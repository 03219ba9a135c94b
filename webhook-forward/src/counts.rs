//! What a forwarder has counted.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::forwarded::ForwardOutcome;

const OUTCOMES: usize = ForwardOutcome::ALL.len();

/// How often each outcome happened, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ForwardCounts([u64; OUTCOMES]);

impl ForwardCounts {
    /// How often an outcome happened.
    #[must_use]
    pub fn of(&self, outcome: ForwardOutcome) -> u64 {
        self.0.get(outcome as usize).copied().unwrap_or_default()
    }

    /// Every outcome with its count.
    pub fn iter(&self) -> impl Iterator<Item = (ForwardOutcome, u64)> {
        let outcomes = ForwardOutcome::ALL.iter().copied();
        outcomes.map(|outcome| (outcome, self.of(outcome)))
    }
}

/// The counters of a forwarder.
#[derive(Debug, Default)]
pub(crate) struct Counters([AtomicU64; OUTCOMES]);

impl Counters {
    pub(crate) fn add(&self, outcome: ForwardOutcome) {
        if let Some(counter) = self.0.get(outcome as usize) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn read(&self) -> ForwardCounts {
        ForwardCounts(
            self.0
                .each_ref()
                .map(|counter| counter.load(Ordering::Relaxed)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_own_counter() {
        let counters = Counters::default();
        for (at, outcome) in ForwardOutcome::ALL.iter().enumerate() {
            (0..=at).for_each(|_| counters.add(*outcome));
        }
        let counts: Vec<_> = counters.read().iter().map(|(_, count)| count).collect();
        let expected: Vec<u64> = (1..=8).collect();
        assert_eq!(counts, expected);
    }
}
