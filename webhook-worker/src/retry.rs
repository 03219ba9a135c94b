//! When a failed delivery runs again, and when it is dead.

use std::time::Duration;

/// How often and how long a failed delivery is retried.
///
/// The wait doubles with each attempt, from [`first`](Self::first) up to [`cap`](Self::cap). A half
/// of it is random, so that deliveries that failed together are not retried together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The wait after the first failure. Default: 2 s.
    pub first: Duration,
    /// The longest wait. Default: 1 hour.
    pub cap: Duration,
    /// A delivery is dead after so many attempts. Those that a crash interrupted count: a body that
    /// kills the process is dead at last too. Default: 24, which takes about 14 hours.
    pub max_attempts: u32,
    /// A delivery is dead if an attempt fails so long after it was stored. Default: 72 hours, as
    /// long as Stripe retries.
    pub max_age: Duration,
}

const HOUR: Duration = Duration::from_secs(60 * 60);

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(2),
            cap: HOUR,
            max_attempts: 24,
            max_age: HOUR * 72,
        }
    }
}

impl RetryPolicy {
    /// Sets [`first`](Self::first) and [`cap`](Self::cap).
    #[must_use]
    pub const fn waits(mut self, first: Duration, cap: Duration) -> Self {
        self.first = first;
        self.cap = cap;
        self
    }

    /// Sets [`max_attempts`](Self::max_attempts).
    #[must_use]
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets [`max_age`](Self::max_age).
    #[must_use]
    pub const fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Whether a delivery is dead whose attempt of this number, from one, failed at this age.
    pub(crate) fn is_spent(&self, attempt: u32, age: Duration) -> bool {
        attempt >= self.max_attempts || age >= self.max_age
    }

    /// How long to wait after the attempt of this number, from one. `random` has 64 random bits.
    /// `at_least` is what the handler asked for: it may be longer than the cap, but not than the
    /// [age](Self::max_age) that ends the delivery.
    pub(crate) fn wait(&self, attempt: u32, at_least: Option<Duration>, random: u64) -> Duration {
        let doublings = attempt.saturating_sub(1).min(63);
        let whole = self
            .first
            .saturating_mul(1 << doublings.min(31))
            .min(self.cap);
        let wait = half_random(whole, random);
        wait.max(at_least.unwrap_or_default().min(self.max_age))
    }
}

/// Half of this wait, and a random part of the other half. `random` has 64 random bits.
pub(crate) fn half_random(whole: Duration, random: u64) -> Duration {
    let half = whole / 2;
    // Of the second half, a part in 2^32.
    let part = (u128::from(random >> 32) * half.as_nanos()) >> 32;
    half + Duration::from_nanos(u64::try_from(part).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_a_half_is_random() {
        let policy = RetryPolicy::default();
        let secs = |attempt, random| policy.wait(attempt, None, random).as_secs_f64();
        for (attempt, whole) in [(1, 2.0), (2, 4.0), (3, 8.0), (11, 2048.0), (12, 3600.0)] {
            assert!((secs(attempt, 0) - whole / 2.0).abs() < 1e-6);
            assert!((secs(attempt, u64::MAX) - whole).abs() < 1e-6);
            let between = secs(attempt, 1 << 63);
            assert!((between - whole * 0.75).abs() < 1e-6);
        }
        assert_eq!(policy.wait(u32::MAX, None, 0), HOUR / 2);
    }

    #[test]
    fn a_handler_may_ask_for_more_but_not_for_ever() {
        let policy = RetryPolicy::default();
        let wait = |asked| policy.wait(1, Some(asked), 0);
        assert_eq!(wait(Duration::ZERO), Duration::from_secs(1));
        assert_eq!(wait(HOUR * 5), HOUR * 5);
        assert_eq!(wait(Duration::MAX), HOUR * 72);
    }

    #[test]
    fn a_budget_is_spent_by_attempts_or_by_age() {
        let policy = RetryPolicy::default().max_attempts(3).max_age(HOUR);
        assert!(!policy.is_spent(2, HOUR - Duration::from_nanos(1)));
        assert!(policy.is_spent(3, Duration::ZERO));
        assert!(policy.is_spent(1, HOUR));
    }

    #[test]
    fn no_policy_overflows() {
        let policy = RetryPolicy::default().waits(Duration::MAX, Duration::MAX);
        assert!(policy.wait(64, None, u64::MAX) <= Duration::MAX);
        let none = RetryPolicy::default().waits(Duration::ZERO, Duration::ZERO);
        assert_eq!(none.wait(9, None, u64::MAX), Duration::ZERO);
    }
}
