//! A part of the records, under one lock.

use std::collections::hash_map::Entry;
use std::time::Duration;

use super::clock::{Millis, Seconds};
use super::digest::{DigestMap, ShortKey};
use super::record::{Claimed, Settled};
use crate::replay::{Commit, Lease, LeaseState};

#[derive(Default)]
pub(super) struct Shard {
    pub(super) claimed: DigestMap<ShortKey, Claimed>,
    pub(super) settled: DigestMap<ShortKey, Settled>,
    /// The number of settled records at which expired ones are purged.
    pub(super) purge_at: usize,
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
}

impl Shard {
    pub(super) fn len(&self) -> usize {
        self.claimed.len().saturating_add(self.settled.len())
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
            return Standing::New;
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

    /// Removes a record. Returns whether it was there and had not expired.
    pub(super) fn remove(&mut self, key: ShortKey, now: Millis) -> bool {
        let (claimed, settled) = (self.claimed.remove(&key), self.settled.remove(&key));
        claimed.is_some_and(|claimed| claimed.is_unexpired(now))
            || settled.is_some_and(|settled| settled.is_unexpired(now.second()))
    }

    /// Turns the claim that `lease` holds into a settled record.
    fn settle(&mut self, key: ShortKey, lease: &Lease, is_done: bool, now: Millis) -> LeaseState {
        let Entry::Occupied(entry) = self.claimed.entry(key) else {
            return LeaseState::Lost;
        };
        if !entry.get().is_held_by(lease, now) {
            return LeaseState::Lost;
        }
        let settled = Settled::new(&entry.remove(), is_done, now);
        self.purge(now.second());
        self.settled.insert(key, settled);
        LeaseState::Held
    }
}
