//! A count of what may happen often, and is logged seldom.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Counts, and lets one line a second through. The line tells the count, so that none of what was
/// not logged is lost.
pub(crate) struct Seldom {
    start: Instant,
    total: AtomicU64,
    /// The second after `start` from which on another line is due.
    due: AtomicU64,
}

impl Seldom {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            total: AtomicU64::new(0),
            due: AtomicU64::new(0),
        }
    }

    /// Counts one more, and gives the count where a line is due.
    pub(crate) fn count(&self) -> Option<u64> {
        self.count_at(self.start.elapsed().as_secs())
    }

    fn count_at(&self, second: u64) -> Option<u64> {
        let total = self.total.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let due = self.due.load(Ordering::Relaxed);
        let next = second.saturating_add(1);
        let swap = || {
            self.due
                .compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed)
        };
        (second >= due && swap().is_ok()).then_some(total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_a_second_is_due_and_tells_how_many_there_were() {
        let seldom = Seldom::new();
        let due = [0, 0, 0, 1, 1, 4, 4].map(|second| seldom.count_at(second));
        assert_eq!(due, [Some(1), None, None, Some(4), None, Some(6), None]);
    }
}
