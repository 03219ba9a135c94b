//! A part of the records, under one lock.

use std::collections::hash_map::Entry;
use std::time::Duration;

use super::clock::{Millis, Seconds};
use super::dead::{Dead, Note};
use super::digest::{DigestMap, ShortKey};
use super::record::{Claimed, Settled};
use crate::replay::{Commit, Lease, LeaseState};
use crate::time::UnixTime;

#[derive(Default)]
pub(super) struct Shard {
    pub(super) claimed: DigestMap<ShortKey, Claimed>,
    pub(super) settled: DigestMap<ShortKey, Settled>,
    pub(super) dead: DigestMap<ShortKey, Dead>,
    /// The numbers of settled and of dead records at which expired ones are purged.
    pub(super) purge_at: usize,
    pub(super) purge_dead_at: usize,
    /// The last second in which a search for room found none.
    pub(super) full_at: Option<Seconds>,
}

/// What a claim meets.
pub(super) enum Standing<'a> {
    /// No record.
    New,
    /// A record to replace: an expired one (without attempts), a released one, or a claim whose
    /// lease has ended.
    Free { attempts: Option<u32> },
    /// A claim whose lease is alive.
    Leased(&'a Claimed),
    /// A done record.
    Done(&'a Settled),
    /// A dead record.
    Dead(&'a Dead),
}

impl Shard {
    pub(super) fn len(&self) -> usize {
        let settled = self.settled.len().saturating_add(self.dead.len());
        self.claimed.len().saturating_add(settled)
    }

    pub(super) fn standing(&self, key: ShortKey, now: Millis) -> Standing<'_> {
        if let Some(claimed) = self.claimed.get(&key) {
            if claimed.is_leased(now) {
                return Standing::Leased(claimed);
            }
            let is_known = claimed.is_unexpired(now);
            return Standing::Free {
                attempts: is_known.then(|| claimed.attempt()),
            };
        }
        let Some(settled) = self.settled.get(&key) else {
            return match self.dead.get(&key) {
                None => Standing::New,
                Some(dead) if dead.is_unexpired(now.second()) => Standing::Dead(dead),
                Some(_) => Standing::Free { attempts: None },
            };
        };
        let is_known = settled.is_unexpired(now.second());
        if is_known && settled.is_done() {
            return Standing::Done(settled);
        }
        Standing::Free {
            attempts: is_known.then(|| settled.attempt()),
        }
    }

    pub(super) fn renew(
        &mut self,
        key: ShortKey,
        lease: &Lease,
        by: Duration,
        now: Millis,
    ) -> LeaseState {
        match self.claimed.get_mut(&key) {
            Some(claimed) if claimed.is_held_by(lease, now) => {
                claimed.renew(by, now);
                LeaseState::Held
            }
            _ => LeaseState::Lost,
        }
    }

    pub(super) fn commit(&mut self, key: ShortKey, lease: &Lease, now: Millis) -> Commit {
        if self.settle(key, lease, true, now) == LeaseState::Held {
            return Commit::Committed;
        }
        match self.settled.get(&key) {
            Some(settled) if settled.is_done_by(lease, now.second()) => Commit::AlreadyCommitted,
            _ => Commit::LeaseLost,
        }
    }

    pub(super) fn release(&mut self, key: ShortKey, lease: &Lease, now: Millis) -> LeaseState {
        self.settle(key, lease, false, now)
    }

    /// Turns the claim that `lease` holds into a dead record. `note` is made if it does.
    pub(super) fn bury(
        &mut self,
        key: ShortKey,
        lease: &Lease,
        note: impl FnOnce() -> Note,
        now: Millis,
        died_at: UnixTime,
    ) -> LeaseState {
        let Some(claimed) = self.end_claim(key, lease, now) else {
            return LeaseState::Lost;
        };
        self.purge_dead(now.second());
        let dead = Dead::new(lease.key(), &claimed, note(), now, died_at);
        self.dead.insert(key, dead);
        LeaseState::Held
    }

    /// Turns a dead record into a released one. Returns whether there was one.
    pub(super) fn revive(&mut self, key: ShortKey, now: Millis) -> bool {
        let Entry::Occupied(entry) = self.dead.entry(key) else {
            return false;
        };
        if !entry.get().is_unexpired(now.second()) {
            return false;
        }
        let revived = Settled::revived(&entry.remove(), now);
        self.settled.insert(key, revived);
        true
    }

    /// Removes a record. Returns whether it was there and had not expired.
    pub(super) fn remove(&mut self, key: ShortKey, now: Millis) -> bool {
        let second = now.second();
        let claimed = self.claimed.remove(&key);
        let settled = self.settled.remove(&key);
        let dead = self.dead.remove(&key);
        claimed.is_some_and(|claimed| claimed.is_unexpired(now))
            || settled.is_some_and(|settled| settled.is_unexpired(second))
            || dead.is_some_and(|dead| dead.is_unexpired(second))
    }

    /// Turns the claim that `lease` holds into a settled record.
    fn settle(&mut self, key: ShortKey, lease: &Lease, is_done: bool, now: Millis) -> LeaseState {
        let Some(claimed) = self.end_claim(key, lease, now) else {
            return LeaseState::Lost;
        };
        let settled = Settled::new(&claimed, is_done, now);
        self.purge(now.second());
        self.settled.insert(key, settled);
        LeaseState::Held
    }

    /// Takes out the claim that `lease` holds.
    fn end_claim(&mut self, key: ShortKey, lease: &Lease, now: Millis) -> Option<Claimed> {
        let Entry::Occupied(entry) = self.claimed.entry(key) else {
            return None;
        };
        let is_held = entry.get().is_held_by(lease, now);
        is_held.then(|| entry.remove())
    }
}
