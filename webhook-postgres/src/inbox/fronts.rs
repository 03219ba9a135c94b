//! The fronts of lanes: where their jobs begin, so that a claim does not look for it among those that
//! are gone.
//!
//! A job that was claimed or done leaves its entry in the index until a vacuum comes by: at
//! thousands a second, thousands of pages, and each claim would read all of them to find the first
//! job that is left. So a lane is read from where its first job was at the last claim. Nothing is
//! before that but what came late: a transaction that took longer than the slack, or a row whose
//! time somebody changed. Four times a second a lane is read from its true beginning.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use webhook_inbox::Lane;

/// For how long a lane is not read from its true beginning.
const KNOWN_FOR: Duration = Duration::from_millis(250);
/// How long a lane without a job is remembered.
const IDLE_FOR: Duration = Duration::from_secs(5);
/// How many lanes are remembered. Each costs a claim one look.
const LANES: usize = 64;
/// How much earlier than the first job a claim begins, in microseconds: rows that were stored by a
/// transaction that began before that of the first job may become visible after it.
const SLACK: i64 = 1_000_000;

/// The fronts of the lanes that had jobs lately.
#[derive(Debug, Default)]
pub(super) struct LaneFronts(Mutex<BTreeMap<Lane, Front>>);

/// The front of a lane.
#[derive(Clone, Copy, Debug)]
struct Front {
    /// Microseconds since 1970, of the server's clock.
    since: i64,
    /// Until then, the lane is read from here.
    until: Instant,
    /// When it last had a job, due or not.
    used_at: Instant,
}

/// A lane that a claim has looked at.
#[derive(Debug)]
pub(super) struct Visited {
    pub(super) lane: Lane,
    /// When its first job is due, or its lease ends.
    pub(super) first: Option<i64>,
}

/// Which lanes a claim has looked at.
#[derive(Debug)]
pub(super) struct Visit {
    /// Those that had a row, or whose front was known.
    pub(super) lanes: Vec<Visited>,
    /// Only lanes after this one were looked at. `None`: from the first one on.
    pub(super) after: Option<Lane>,
    /// Only lanes up to this one were looked at. `None`: up to the last one.
    pub(super) up_to: Option<Lane>,
    /// The server's time.
    pub(super) now: i64,
}

impl LaneFronts {
    /// The lanes whose front is known now, and their fronts.
    pub(super) fn known(&self, now: Instant) -> BTreeMap<Lane, i64> {
        let mut fronts = self.lock();
        fronts.retain(|_, front| now.saturating_duration_since(front.used_at) < IDLE_FOR);
        let known = fronts.iter().filter(|(_, front)| now < front.until);
        known
            .map(|(lane, front)| (lane.clone(), front.since))
            .collect()
    }

    /// Notes what a claim has seen that began at `at` and read these lanes from their known fronts,
    /// and all others from their true beginning.
    pub(super) fn seen(&self, visit: &Visit, known: &BTreeMap<Lane, i64>, at: Instant) {
        let mut fronts = self.lock();
        for Visited { lane, first } in &visit.lanes {
            let since = first.unwrap_or(visit.now).min(visit.now) - SLACK;
            let has_room = fronts.len() < LANES;
            match fronts.get_mut(lane) {
                Some(front) => {
                    front.since = since;
                    if !known.contains_key(lane) {
                        front.until = at + KNOWN_FOR;
                    }
                    if first.is_some() {
                        front.used_at = at;
                    }
                }
                None if first.is_some() && has_room => {
                    let until = at + KNOWN_FOR;
                    let front = Front {
                        since,
                        until,
                        used_at: at,
                    };
                    fronts.insert(lane.clone(), front);
                }
                None => {}
            }
        }
        // A lane without a row is not among those that were visited, unless it was known.
        for (lane, front) in fronts.iter_mut() {
            let is_covered = visit.after.as_ref().is_none_or(|after| lane > after)
                && visit.up_to.as_ref().is_none_or(|last| lane <= last);
            let is_empty = is_covered
                && !known.contains_key(lane)
                && visit.lanes.iter().all(|visited| visited.lane != *lane);
            if is_empty {
                front.since = visit.now - SLACK;
                front.until = at + KNOWN_FOR;
            }
        }
    }

    /// Forgets all of it.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Lane, Front>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_900_000_000_000_000;

    fn lane(tenant: &str) -> Lane {
        Lane::new(tenant, "")
    }

    fn visit(lanes: &[(&str, Option<i64>)]) -> Visit {
        let visited = |&(tenant, first): &(&str, _)| Visited {
            lane: lane(tenant),
            first,
        };
        Visit {
            lanes: lanes.iter().map(visited).collect(),
            after: None,
            up_to: None,
            now: NOW,
        }
    }

    fn none() -> BTreeMap<Lane, i64> {
        BTreeMap::new()
    }

    #[test]
    fn a_lane_is_known_for_a_while_however_often_it_is_read_meanwhile() {
        let (fronts, start) = (LaneFronts::default(), Instant::now());
        fronts.seen(&visit(&[("a", Some(NOW - 5))]), &none(), start);
        let later = start + KNOWN_FOR / 2;
        let known = fronts.known(later);
        assert_eq!(known, BTreeMap::from([(lane("a"), NOW - 5 - SLACK)]));
        fronts.seen(&visit(&[("a", Some(NOW - 3))]), &known, later);
        let known = fronts.known(later);
        assert_eq!(known, BTreeMap::from([(lane("a"), NOW - 3 - SLACK)]));
        assert_eq!(fronts.known(start + KNOWN_FOR), none());
    }

    #[test]
    fn a_lane_that_has_run_dry_is_known_until_it_has_been_idle() {
        let (fronts, start) = (LaneFronts::default(), Instant::now());
        fronts.seen(&visit(&[("a", Some(NOW))]), &none(), start);
        let later = start + KNOWN_FOR;
        // It has no row, so it was not visited.
        fronts.seen(&visit(&[]), &fronts.known(later), later);
        assert_eq!(
            fronts.known(later),
            BTreeMap::from([(lane("a"), NOW - SLACK)])
        );
        let idle = start + IDLE_FOR;
        fronts.seen(&visit(&[]), &none(), idle - KNOWN_FOR / 2);
        assert_eq!(fronts.known(idle), none());
    }

    #[test]
    fn a_lane_that_was_not_reached_is_not_known() {
        let (fronts, start) = (LaneFronts::default(), Instant::now());
        let all = [("a", Some(NOW)), ("b", Some(NOW)), ("c", Some(NOW))];
        fronts.seen(&visit(&all), &none(), start);
        let later = start + KNOWN_FOR;
        let part = Visit {
            after: Some(lane("a")),
            up_to: Some(lane("b")),
            ..visit(&[])
        };
        fronts.seen(&part, &none(), later);
        assert_eq!(
            fronts.known(later),
            BTreeMap::from([(lane("b"), NOW - SLACK)])
        );
    }

    #[test]
    fn a_job_whose_time_has_not_come_is_no_front() {
        let (fronts, start) = (LaneFronts::default(), Instant::now());
        fronts.seen(&visit(&[("a", Some(NOW + 9_000_000))]), &none(), start);
        assert_eq!(
            fronts.known(start),
            BTreeMap::from([(lane("a"), NOW - SLACK)])
        );
        fronts.seen(&visit(&[("b", None)]), &none(), start);
        assert!(!fronts.known(start).contains_key(&lane("b")));
    }

    #[test]
    fn only_so_many_lanes_are_known() {
        let (fronts, start) = (LaneFronts::default(), Instant::now());
        let names: Vec<_> = (0..2 * LANES).map(|n| n.to_string()).collect();
        let lanes: Vec<_> = names.iter().map(|name| (&**name, Some(NOW))).collect();
        fronts.seen(&visit(&lanes), &none(), start);
        assert_eq!(fronts.known(start).len(), LANES);
    }
}
