//! What a small store keeps.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU64;

use webhook_core::ReplayKey;
use webhook_core::replay::{DeadRecord, Lease, Owner};

/// All that the handles of a store share. Times are microseconds.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) records: HashMap<ReplayKey, Record>,
    pub(crate) groups: HashMap<ReplayKey, Group>,
    /// The answers of done records.
    pub(crate) answers: HashMap<ReplayKey, Vec<u8>>,
    /// The list of dead records, in the order of their keys.
    pub(crate) deaths: BTreeMap<ReplayKey, Death>,
}

/// An entry of the list.
#[derive(Clone, Debug)]
pub(crate) struct Death {
    pub(crate) listed: DeadRecord,
    pub(crate) expires: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    pub(crate) state: State,
    pub(crate) owner: Owner,
    pub(crate) epoch: u64,
    pub(crate) attempt: u32,
    pub(crate) claimed_at: u64,
    pub(crate) lease_until: u64,
    pub(crate) retain: u64,
    pub(crate) written: u64,
    pub(crate) expires: u64,
    pub(crate) fingerprint: u64,
    pub(crate) group: Option<ReplayKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Claimed,
    Released,
    Done,
    Dead,
}

/// The count of a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    pub(crate) keys: u16,
    pub(crate) expires: u64,
}

impl Record {
    /// The record in another state, written at `now`.
    pub(crate) fn settled(self, state: State, now: u64) -> Self {
        Self {
            state,
            written: now,
            expires: now + self.retain,
            ..self
        }
    }

    pub(crate) fn is_leased(&self, now: u64) -> bool {
        self.state == State::Claimed && self.lease_until > now
    }

    pub(crate) fn is_of(&self, lease: &Lease) -> bool {
        self.owner == lease.owner() && self.epoch == lease.epoch().get()
    }

    pub(crate) fn lease(&self, key: ReplayKey) -> Lease {
        let epoch = NonZeroU64::new(self.epoch).unwrap();
        Lease::new(key, self.owner, epoch, self.attempt)
    }
}
