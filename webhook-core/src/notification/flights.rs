//! Which fetches take place: one at a time for an object, and so many for an endpoint.
//!
//! A fetch answers for all notifications that arrived before it began. It does not answer for one
//! that arrived while it was under way: the object may have changed after the API read it, and that
//! notification says so.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::error::RejectionKind;
use crate::keys::Gate;
use crate::time::UnixTime;

/// Fetches that run at a time, by default.
const AT_ONCE: usize = 16;
/// Fetches that begin in a minute, by default. A tenth of them may begin at once.
const PER_MINUTE: u32 = 600;
/// How long the API is not asked again for an object that does not exist, in milliseconds. That is
/// `Retry-After`.
const MISSING_FOR: u64 = 10_000;
/// Objects that are remembered as missing. An id has at most 128 bytes: about two megabytes.
const MISSING: usize = 10_000;

pub(super) struct Flights {
    at_once: usize,
    /// A token bucket, in thousandths of a fetch.
    burst: u64,
    /// Thousandths of a fetch in a millisecond.
    refill: u64,
    gate: Gate,
    state: Mutex<State>,
}

type Landed = Result<Bytes, RejectionKind>;

struct State {
    left: u64,
    filled: UnixTime,
    running: usize,
    /// Counts arrivals and departures, so that their order is known.
    order: u64,
    paths: HashMap<Box<str>, Waiting>,
    missing: HashMap<Box<str>, UnixTime>,
}

/// Those who wait for an object.
#[derive(Default)]
struct Waiting {
    count: usize,
    /// When the last fetch began, and what came of it.
    last: Option<(u64, Landed)>,
}

impl Default for Flights {
    fn default() -> Self {
        Self::new(AT_ONCE, PER_MINUTE)
    }
}

impl Flights {
    pub(super) fn new(at_once: usize, per_minute: u32) -> Self {
        let burst = u64::from(per_minute).saturating_mul(100).max(1000);
        Self {
            at_once: at_once.max(1),
            burst,
            refill: u64::from(per_minute).div_ceil(60).max(1),
            gate: Gate::default(),
            state: Mutex::new(State {
                left: burst,
                filled: UnixTime::from_millis(0),
                running: 0,
                order: 0,
                paths: HashMap::new(),
                missing: HashMap::new(),
            }),
        }
    }

    /// Fetches, or waits for a fetch that begins after this call.
    pub(super) async fn join<F>(
        &self,
        path: &str,
        now: UnixTime,
        fetch: impl FnOnce() -> F,
    ) -> Landed
    where
        F: Future<Output = Landed>,
    {
        let visit = Visit::new(self, path);
        let _turn = poll_fn(|cx| self.gate.poll_enter(path, cx)).await;
        let began = {
            let mut state = self.state();
            if let Some(landed) = state.landed_since(path, visit.arrived) {
                return landed;
            }
            if state.is_missing(path, now) {
                // Not 401: whoever names the ids of the next objects in advance would have their
                // genuine notifications refused for good.
                return Err(RejectionKind::FetchFailed);
            }
            if state.running >= self.at_once || !self.take(&mut state, now) {
                return Err(RejectionKind::Overloaded);
            }
            state.running = state.running.saturating_add(1);
            state.next()
        };
        let _running = Running(self);
        let landed = fetch().await;
        let mut state = self.state();
        if landed == Err(RejectionKind::UnknownObject) {
            state.keep_missing(path, now);
        }
        if let Some(waiting) = state.paths.get_mut(path) {
            waiting.last = Some((began, landed.clone()));
        }
        drop(state);
        landed
    }

    /// Takes a fetch out of the bucket. A clock that was set back refills nothing.
    fn take(&self, state: &mut State, now: UnixTime) -> bool {
        let passed = now.as_millis().saturating_sub(state.filled.as_millis());
        let refilled = passed.saturating_mul(self.refill);
        state.left = state.left.saturating_add(refilled).min(self.burst);
        state.filled = now;
        let left = state.left.checked_sub(1000);
        state.left = left.unwrap_or(state.left);
        left.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next(&mut self) -> u64 {
        self.order = self.order.saturating_add(1);
        self.order
    }

    /// What came of a fetch that began after this arrival.
    fn landed_since(&self, path: &str, arrived: u64) -> Option<Landed> {
        let (began, landed) = self.paths.get(path)?.last.as_ref()?;
        (*began > arrived).then(|| landed.clone())
    }

    fn is_missing(&self, path: &str, now: UnixTime) -> bool {
        self.missing.get(path).is_some_and(|until| *until > now)
    }

    fn keep_missing(&mut self, path: &str, now: UnixTime) {
        if self.missing.len() >= MISSING {
            self.missing.retain(|_, until| *until > now);
        }
        if self.missing.len() < MISSING {
            let until = UnixTime::from_millis(now.as_millis().saturating_add(MISSING_FOR));
            self.missing.insert(path.into(), until);
        }
    }
}

/// A notification that waits for its object.
struct Visit<'f> {
    flights: &'f Flights,
    path: &'f str,
    arrived: u64,
}

impl<'f> Visit<'f> {
    fn new(flights: &'f Flights, path: &'f str) -> Self {
        let mut state = flights.state();
        let arrived = state.next();
        let waiting = state.paths.entry(path.into()).or_default();
        waiting.count = waiting.count.saturating_add(1);
        Self {
            flights,
            path,
            arrived,
        }
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let mut state = self.flights.state();
        if let Some(waiting) = state.paths.get_mut(self.path) {
            waiting.count = waiting.count.saturating_sub(1);
            if waiting.count == 0 {
                state.paths.remove(self.path);
            }
        }
    }
}

/// A fetch that runs.
struct Running<'f>(&'f Flights);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.running = state.running.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> UnixTime {
        UnixTime::from_millis(1_800_000_000_000 + millis)
    }

    #[test]
    fn the_bucket_lets_a_tenth_of_a_minute_begin_at_once_and_refills() {
        let flights = Flights::new(16, 600);
        let taken = |now: u64, tries: usize| {
            let mut state = flights.state();
            (0..tries)
                .filter(|_| flights.take(&mut state, at(now)))
                .count()
        };
        assert_eq!(taken(0, 100), 60);
        assert_eq!(taken(50, 10), 0);
        assert_eq!(taken(100, 10), 1);
        assert_eq!(taken(1100, 100), 10);
        assert_eq!(taken(500, 10), 0, "a clock that was set back");
        assert_eq!(taken(100_000, 1000), 60);
    }

    #[test]
    fn what_is_missing_is_remembered_in_bounded_memory() {
        let flights = Flights::default();
        let mut state = flights.state();
        for n in 0..MISSING + 10 {
            state.keep_missing(&format!("/{n}"), at(0));
        }
        assert_eq!(state.missing.len(), MISSING);
        assert!(state.is_missing("/0", at(MISSING_FOR - 1)));
        assert!(!state.is_missing("/0", at(MISSING_FOR)));
        state.keep_missing("/new", at(MISSING_FOR));
        assert_eq!(state.missing.len(), 1);
    }
}
