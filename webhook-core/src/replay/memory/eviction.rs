//! What a shard drops: expired records, and others when it is full.

use std::sync::atomic::Ordering::Relaxed;

use super::clock::{Millis, Seconds};
use super::shard::Shard;
use super::sync::AtomicU64;
use crate::observe;

/// Fewer settled records are not searched for expired ones.
const SMALLEST_PURGE: usize = 1024;
/// Seconds between two warnings that deliveries are forgotten early.
const WARN_EVERY: u64 = 3600;

/// What a shard may hold.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Records of one shard.
    pub(super) capacity: usize,
    pub(super) refuses_when_full: bool,
}

impl Shard {
    /// Drops expired records if there are twice as many as the last purge left. So each record
    /// pays for about one look at it, and no thread is needed.
    pub(super) fn purge(&mut self, now: Seconds) {
        if self.settled.len() < self.purge_at.max(SMALLEST_PURGE) {
            return;
        }
        self.settled.retain(|_, settled| settled.is_unexpired(now));
        self.purge_at = self.settled.len().saturating_mul(2);
    }

    /// Like [`purge`](Self::purge), for dead records.
    pub(super) fn purge_dead(&mut self, now: Seconds) {
        if self.dead.len() < self.purge_dead_at.max(SMALLEST_PURGE) {
            return;
        }
        self.dead.retain(|_, dead| dead.is_unexpired(now));
        self.purge_dead_at = self.dead.len().saturating_mul(2);
    }

    /// Makes room in a full shard, if possible a sixteenth of it, so that not every claim has to
    /// search. Returns how many done records were dropped before they expired.
    pub(super) fn make_room(&mut self, now: Millis, limits: Limits) -> u64 {
        let second = now.second();
        if self.full_at == Some(second) {
            return 0;
        }
        self.full_at = None;
        let capacity = limits.capacity;
        let enough = capacity.saturating_sub(capacity / 16).max(1);
        self.settled
            .retain(|_, settled| settled.is_unexpired(second));
        self.dead.retain(|_, dead| dead.is_unexpired(second));
        self.claimed.retain(|_, claimed| claimed.is_unexpired(now));
        if self.len() >= enough {
            self.settled.retain(|_, settled| settled.is_done());
        }
        let before = self.settled.len();
        if self.len() >= enough && !limits.refuses_when_full {
            self.evict(second);
        }
        if self.len() >= capacity {
            self.full_at = Some(second);
        }
        u64::try_from(before.saturating_sub(self.settled.len())).unwrap_or(u64::MAX)
    }

    /// Drops at most `at_most` expired records. Returns how many.
    pub(super) fn sweep(&mut self, at_most: usize, now: Millis) -> usize {
        let (second, mut left) = (now.second(), at_most);
        let mut keeps = |is_unexpired| {
            let keeps = is_unexpired || left == 0;
            left = left.saturating_sub(usize::from(!keeps));
            keeps
        };
        let claimed = &mut self.claimed;
        claimed.retain(|_, claimed| keeps(claimed.is_unexpired(now)));
        let settled = &mut self.settled;
        settled.retain(|_, settled| keeps(settled.is_unexpired(second)));
        self.dead.retain(|_, dead| keeps(dead.is_unexpired(second)));
        at_most.saturating_sub(left)
    }

    /// Drops the older half of the done records that are not protected.
    fn evict(&mut self, now: Seconds) {
        let unprotected = self.settled.values().filter(|done| !done.is_protected(now));
        let mut ages: Vec<Seconds> = unprotected.map(|done| done.settled_at()).collect();
        if ages.is_empty() {
            return;
        }
        let middle = ages.len() / 2;
        let (_, &mut median, _) = ages.select_nth_unstable(middle);
        self.settled
            .retain(|_, done| done.is_protected(now) || done.settled_at() > median);
    }

    /// The age of the oldest done record, in seconds.
    pub(super) fn reaches_back(&self, now: Seconds) -> u32 {
        let done = self.settled.values().filter(|settled| settled.is_done());
        let oldest = done.map(|done| done.settled_at()).min();
        oldest.map_or(0, |oldest| now.since(oldest))
    }
}

/// Counts the done records that were dropped early, and warns of them.
#[derive(Default)]
pub(super) struct Evictions {
    count: AtomicU64,
    /// The second from which on the next warning is given.
    warn_from: AtomicU64,
}

impl Evictions {
    pub(super) fn count(&self) -> u64 {
        self.count.load(Relaxed)
    }

    pub(super) fn add(&self, evicted: u64, shard: &Shard, now: Seconds) {
        if evicted == 0 {
            return;
        }
        let before = self.count.fetch_add(evicted, Relaxed);
        if self.may_warn(now) {
            observe::evicted(before.saturating_add(evicted), shard.reaches_back(now));
        }
    }

    fn may_warn(&self, now: Seconds) -> bool {
        let now = u64::from(now.to_u32());
        let next = |from| (now >= from).then(|| now.saturating_add(WARN_EVERY));
        let update = self.warn_from.fetch_update(Relaxed, Relaxed, next);
        update.is_ok()
    }
}
