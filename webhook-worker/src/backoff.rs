//! Waits while the table fails.

use std::time::Duration;

use tokio::time::Instant;

/// When the table is asked again after failures in a row. The wait doubles, from 100 ms up to 5 s.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
    until: Option<Instant>,
}

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

impl Backoff {
    /// Calls that were under way when another one failed count as one failure with it.
    pub(crate) fn failed(&mut self, now: Instant) {
        if self.until(now).is_none() {
            let wait = FIRST_WAIT.saturating_mul(1 << self.failures.min(6));
            self.failures = self.failures.saturating_add(1);
            self.until = Some(now + wait.min(LONGEST_WAIT));
        }
    }

    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// `None`: it may be asked now.
    pub(crate) fn until(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_begin_anew_after_a_success() {
        let (mut backoff, mut now) = (Backoff::default(), Instant::now());
        for millis in [100, 200, 400, 800, 1600, 3200, 5000, 5000] {
            backoff.failed(now);
            backoff.failed(now); // of the same moment
            let until = backoff.until(now).unwrap();
            assert_eq!(until - now, Duration::from_millis(millis));
            now = until;
            assert_eq!(backoff.until(now), None);
        }
        backoff.succeeded();
        backoff.failed(now);
        assert_eq!(backoff.until(now), Some(now + FIRST_WAIT));
    }
}
