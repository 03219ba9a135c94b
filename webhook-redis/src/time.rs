//! Times, as Redis counts them.

use std::time::Duration;

/// A century: longer than any retention, and short enough for every sum of times.
const LONGEST: u64 = 100 * 365 * 24 * 60 * 60 * 1000;

/// Milliseconds, rounded up: at least one and at most a century. An expiry of zero would delete.
pub(crate) fn millis(time: Duration) -> u64 {
    let millis = time.as_micros().div_ceil(1000);
    u64::try_from(millis).unwrap_or(LONGEST).clamp(1, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_up_and_have_bounds() {
        assert_eq!(millis(Duration::ZERO), 1);
        assert_eq!(millis(Duration::from_micros(1)), 1);
        assert_eq!(millis(Duration::from_micros(1001)), 2);
        assert_eq!(millis(Duration::from_secs(60)), 60_000);
        assert_eq!(millis(Duration::MAX), LONGEST);
    }
}
