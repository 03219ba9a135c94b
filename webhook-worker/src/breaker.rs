//! Lanes whose consumer fails again and again rest, so that they spend no attempts.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;
use webhook_inbox::Lane;

/// When a lane rests.
///
/// A consumer whose database is down fails every delivery. After so many failures in a row, its
/// lane rests: its deliveries wait, and none of them spends an attempt. Then a single one runs. If it
/// succeeds, all of them do; if not, the lane rests twice as long.
///
/// Each tenant has a lane of its own, so the dead server of one does not stop another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestPolicy {
    /// How many failures in a row it takes. Default: 10.
    pub failures: u32,
    /// How long a lane rests at first. Default: 15 s.
    pub first: Duration,
    /// How long a lane rests at most. Default: 5 minutes.
    pub cap: Duration,
}

impl Default for RestPolicy {
    fn default() -> Self {
        Self {
            failures: 10,
            first: Duration::from_secs(15),
            cap: Duration::from_secs(5 * 60),
        }
    }
}

impl RestPolicy {
    /// Sets all of it.
    #[must_use]
    pub const fn new(failures: u32, first: Duration, cap: Duration) -> Self {
        Self {
            failures,
            first,
            cap,
        }
    }
}

/// How many lanes are watched at the same time. Beyond it, a failing lane is not noticed: its
/// deliveries run and spend attempts.
const MAX_LANES: usize = 4096;

/// The lanes that have failed since they last succeeded.
#[derive(Debug)]
pub(crate) struct Breaker {
    policy: RestPolicy,
    lanes: HashMap<Lane, Failing>,
}

#[derive(Debug)]
struct Failing {
    in_a_row: u32,
    /// How long it rests the next time.
    rest: Duration,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Runs,
    RestsUntil(Instant),
    /// A single delivery runs, if one has been taken.
    Tries {
        is_taken: bool,
    },
}

impl Breaker {
    pub(crate) fn new(policy: RestPolicy) -> Self {
        Self {
            policy,
            lanes: HashMap::new(),
        }
    }

    /// The lanes that must not be taken from, and when the first of them may be.
    pub(crate) fn resting(&mut self, now: Instant) -> (Vec<Lane>, Option<Instant>) {
        let mut next = None;
        let mut resting = Vec::new();
        for (lane, failing) in &mut self.lanes {
            match failing.state {
                State::RestsUntil(time) if time > now => {
                    next = Some(next.map_or(time, |next: Instant| next.min(time)));
                    resting.push(lane.clone());
                }
                State::RestsUntil(_) => failing.state = State::Tries { is_taken: false },
                State::Tries { is_taken: true } => resting.push(lane.clone()),
                State::Tries { is_taken: false } | State::Runs => {}
            }
        }
        (resting, next)
    }

    /// Whether a delivery of this lane may run. If not, it is given back.
    pub(crate) fn admits(&mut self, lane: &Lane) -> bool {
        let Some(failing) = self.lanes.get_mut(lane) else {
            return true;
        };
        match &mut failing.state {
            State::Runs => true,
            State::RestsUntil(_) => false,
            State::Tries { is_taken } => !std::mem::replace(is_taken, true),
        }
    }

    pub(crate) fn succeeded(&mut self, lane: &Lane) {
        self.lanes.remove(lane);
    }

    /// The delivery of a lane did not run to an end that says anything.
    pub(crate) fn ended_without_result(&mut self, lane: &Lane) {
        if let Some(failing) = self.lanes.get_mut(lane)
            && let State::Tries { is_taken } = &mut failing.state
        {
            *is_taken = false;
        }
    }

    /// Returns for how long the lane rests now, if this failure makes it rest.
    pub(crate) fn failed(&mut self, lane: &Lane, now: Instant) -> Option<Duration> {
        if self.lanes.len() >= MAX_LANES && !self.lanes.contains_key(lane) {
            return None;
        }
        let RestPolicy {
            failures,
            first,
            cap,
        } = self.policy;
        let failing = self.lanes.entry(lane.clone()).or_insert(Failing {
            in_a_row: 0,
            rest: first,
            state: State::Runs,
        });
        failing.in_a_row = failing.in_a_row.saturating_add(1);
        let rests = match failing.state {
            State::Runs => failing.in_a_row >= failures,
            State::Tries { .. } => true,
            // Others of the lane were running when it began to rest.
            State::RestsUntil(_) => false,
        };
        if !rests {
            return None;
        }
        let rest = failing.rest;
        failing.state = State::RestsUntil(now + rest);
        failing.rest = rest.saturating_mul(2).min(cap);
        Some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn lane(tenant: &str) -> Lane {
        Lane::new(tenant, "")
    }

    fn breaker() -> Breaker {
        Breaker::new(RestPolicy::new(3, SECOND, SECOND * 3))
    }

    #[test]
    fn a_lane_rests_after_failures_in_a_row_and_longer_each_time() {
        let (mut breaker, start, acme) = (breaker(), Instant::now(), lane("acme"));
        assert_eq!(breaker.failed(&acme, start), None);
        assert_eq!(breaker.failed(&acme, start), None);
        assert_eq!(breaker.failed(&acme, start), Some(SECOND));
        assert_eq!(breaker.failed(&acme, start), None, "it rests already");
        let mut now = start;
        for rest in [2, 3, 3] {
            let (resting, next) = breaker.resting(now);
            assert_eq!(resting, std::slice::from_ref(&acme));
            now = next.unwrap();
            assert!(!breaker.admits(&acme));
            assert!(breaker.resting(now).0.is_empty());
            assert!(breaker.admits(&acme), "one tries");
            assert!(!breaker.admits(&acme), "only one");
            assert_eq!(breaker.resting(now).0, std::slice::from_ref(&acme));
            assert_eq!(breaker.failed(&acme, now), Some(SECOND * rest));
        }
    }

    #[test]
    fn a_success_ends_it() {
        let (mut breaker, now, acme) = (breaker(), Instant::now(), lane("acme"));
        breaker.failed(&acme, now);
        breaker.failed(&acme, now);
        breaker.succeeded(&acme);
        assert_eq!(breaker.failed(&acme, now), None);
        assert!(breaker.admits(&acme));
    }

    #[test]
    fn another_lane_runs_on() {
        let (mut breaker, now) = (breaker(), Instant::now());
        for _ in 0..3 {
            breaker.failed(&lane("acme"), now);
        }
        assert!(breaker.admits(&lane("initech")));
        assert_eq!(breaker.resting(now).0, [lane("acme")]);
    }

    #[test]
    fn a_try_without_a_result_is_another_try() {
        let (mut breaker, now, acme) = (breaker(), Instant::now(), lane("acme"));
        for _ in 0..3 {
            breaker.failed(&acme, now);
        }
        breaker.resting(now + SECOND);
        assert!(breaker.admits(&acme));
        breaker.ended_without_result(&acme);
        assert!(breaker.admits(&acme));
    }

    #[test]
    fn no_more_lanes_are_watched_than_the_limit() {
        let (mut breaker, now) = (breaker(), Instant::now());
        for tenant in 0..MAX_LANES + 10 {
            breaker.failed(&lane(&tenant.to_string()), now);
        }
        assert_eq!(breaker.lanes.len(), MAX_LANES);
    }
}
