//! What runs in each lane.

use std::collections::HashMap;

use tokio::time::Instant;
use webhook_inbox::Lane;

use crate::breaker::{Breaker, RestPolicy};

/// The slots of a worker, and who has them.
#[derive(Debug)]
pub(crate) struct Lanes {
    slots: usize,
    per_lane: usize,
    running: HashMap<Lane, usize>,
    total: usize,
    pub(crate) breaker: Breaker,
}

/// What may be taken now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// How many jobs.
    pub(crate) slots: usize,
    /// How many of one lane.
    pub(crate) per_lane: usize,
    /// Lanes that are full or rest.
    pub(crate) skip: Vec<Lane>,
    /// When the first lane has rested.
    pub(crate) rested_at: Option<Instant>,
}

impl Lanes {
    pub(crate) fn new(slots: usize, per_lane: usize, rest: RestPolicy) -> Self {
        Self {
            slots,
            per_lane,
            running: HashMap::new(),
            total: 0,
            breaker: Breaker::new(rest),
        }
    }

    /// How many jobs run.
    pub(crate) fn running(&self) -> usize {
        self.total
    }

    pub(crate) fn room(&mut self, now: Instant) -> Room {
        let (mut skip, rested_at) = self.breaker.resting(now);
        let full =
            |(lane, running): (&Lane, &usize)| (*running >= self.per_lane).then(|| lane.clone());
        for lane in self.running.iter().filter_map(full) {
            if !skip.contains(&lane) {
                skip.push(lane);
            }
        }
        Room {
            slots: self.slots.saturating_sub(self.total),
            per_lane: self.per_lane,
            skip,
            rested_at,
        }
    }

    /// A job has a slot from now on. Returns whether it may run.
    pub(crate) fn begin(&mut self, lane: &Lane) -> bool {
        self.total += 1;
        *self.running.entry(lane.clone()).or_default() += 1;
        self.breaker.admits(lane)
    }

    pub(crate) fn end(&mut self, lane: &Lane) {
        self.total = self.total.saturating_sub(1);
        if let Some(running) = self.running.get_mut(lane) {
            *running -= 1;
            if *running == 0 {
                self.running.remove(lane);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_lane_is_skipped_and_the_others_keep_their_slots() {
        let mut lanes = Lanes::new(4, 2, RestPolicy::default());
        let (acme, initech) = (Lane::new("acme", ""), Lane::new("initech", ""));
        let now = Instant::now();
        assert!(lanes.begin(&acme) && lanes.begin(&acme) && lanes.begin(&initech));
        let room = lanes.room(now);
        assert_eq!((room.slots, room.per_lane), (1, 2));
        assert_eq!(room.skip, std::slice::from_ref(&acme));
        lanes.end(&acme);
        assert_eq!(lanes.room(now).slots, 2);
        assert!(lanes.room(now).skip.is_empty());
        lanes.end(&acme);
        lanes.end(&initech);
        assert!(lanes.running.is_empty());
        assert_eq!(lanes.running(), 0);
    }
}
