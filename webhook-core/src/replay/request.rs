//! What a claim asks for.

use std::num::NonZeroU16;
use std::time::Duration;

use crate::replay::{Owner, ReplayKey};

/// What [`ReplayStore::claim`](super::ReplayStore::claim) is asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClaimRequest {
    /// The claimant. Each delivery has a different owner.
    pub owner: Owner,
    /// How long the lease lasts: until then, no other owner can claim the key.
    pub lease: Duration,
    /// How long the record is kept after each write. The store keeps this value in the record,
    /// because a later commit needs it.
    pub retain: Duration,
    /// How long after the commit the record must be kept even under pressure, because a copy is
    /// still fresh until then and would run again. At most `retain`. Zero if no time is signed: a
    /// copy then stays fresh for ever.
    ///
    /// Only a store that evicts records before they expire needs this. A store that never evicts
    /// ignores it.
    pub protect: Duration,
    /// A hash of the body. It tells a copy from another payload under the same key, for a warning.
    /// It decides nothing.
    pub fingerprint: u64,
    /// The limit of new keys in a group. `None`: the key belongs to no group.
    pub bound: Option<LabelBound>,
}

impl ClaimRequest {
    /// A request with these durations. `protect` equals `retain`, and there is no bound.
    #[must_use]
    pub const fn new(owner: Owner, lease: Duration, retain: Duration) -> Self {
        Self {
            owner,
            lease,
            retain,
            protect: retain,
            fingerprint: 0,
            bound: None,
        }
    }
}

/// A limit on the keys that one signed content can have.
///
/// Some keys contain labels that the sender does not sign, such as a delivery id. An attacker can
/// invent labels for a captured delivery, and this bounds how many of them run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LabelBound {
    /// What the keys have in common. No delivery has this key itself.
    pub group: ReplayKey,
    /// How many different keys of the group are accepted until the retention of the first one ends.
    pub at_most: NonZeroU16,
}

impl LabelBound {
    /// A bound of `at_most` keys in `group`.
    #[must_use]
    pub const fn new(group: ReplayKey, at_most: NonZeroU16) -> Self {
        Self { group, at_most }
    }
}
