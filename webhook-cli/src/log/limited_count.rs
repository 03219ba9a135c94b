//! A counter of frequent events that logs its total at most once a second.

use std::sync::atomic::{AtomicU64, Ordering};

use webhook_core::adapter::LogLimit;

/// Counts events and lets one line a second report the total.
///
/// The engine's [`LogLimit`] decides when a line is due. It reports the lines it suppressed since
/// the last one; the server's lines report the total, so no event is lost.
#[derive(Default)]
pub(crate) struct LimitedCount {
    total: AtomicU64,
    limit: LogLimit,
}

impl LimitedCount {
    /// Counts one event. Returns the total if a line is due.
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
        let events = LimitedCount::default();
        let counts = || [(); 3].map(|()| events.count());
        assert_eq!(counts(), [Some(1), None, None]);
        sleep(Duration::from_millis(1001));
        assert_eq!(counts(), [Some(4), None, None]);
    }
}
