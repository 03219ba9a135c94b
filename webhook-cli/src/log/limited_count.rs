//! A counter whose total is logged at most once a second.

use std::sync::atomic::{AtomicU64, Ordering};

use webhook_core::adapter::LogLimit;

/// Counts what can happen often, and lets one line a second report the total.
///
/// The engine's [`LogLimit`] decides when a line is due. It counts the suppressed lines; the
/// server's lines report the total instead.
#[derive(Default)]
pub(crate) struct LimitedCount {
    total: AtomicU64,
    limit: LogLimit,
}

impl LimitedCount {
    /// How often it was counted.
    pub(crate) fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Counts one more. Returns the total if a line is due.
    pub(crate) fn count(&self) -> Option<u64> {
        let total = self.total.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        self.limit.pass().map(|_| total)
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;

    #[test]
    fn one_line_a_second_is_due_and_tells_how_many_there_were() {
        let failures = LimitedCount::default();
        let counts = || [(); 3].map(|()| failures.count());
        assert_eq!(counts(), [Some(1), None, None]);
        sleep(Duration::from_millis(1001));
        assert_eq!(counts(), [Some(4), None, None]);
    }
}
