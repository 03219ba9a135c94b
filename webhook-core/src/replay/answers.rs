//! What a store answers.

use std::time::Duration;

use crate::replay::Lease;

/// The answer to [`ReplayStore::claim`](super::ReplayStore::claim).
#[derive(Debug)]
#[non_exhaustive]
pub enum Claim {
    /// The claimant runs the delivery.
    Acquired(Lease),
    /// Another owner's lease is alive.
    InFlight {
        /// The rest of that lease.
        retry_after: Duration,
    },
    /// The delivery was committed.
    Done {
        /// Whether the committed payload had the same fingerprint.
        same_payload: bool,
    },
    /// The key is new, and its group has as many keys as its [bound](super::LabelBound) allows.
    /// Nothing was recorded.
    OverBound,
}

/// The answer to [`ReplayStore::commit`](super::ReplayStore::commit).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Commit {
    /// The delivery is recorded as done.
    Committed,
    /// The same lease has committed it before.
    AlreadyCommitted,
    /// The lease is lost, and nothing changed. The event runs again, or already did.
    LeaseLost,
}

/// The answer to [`ReplayStore::renew`](super::ReplayStore::renew) and
/// [`ReplayStore::release`](super::ReplayStore::release).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeaseState {
    /// The lease held the record, and the operation took place.
    Held,
    /// The lease is lost, and nothing changed.
    Lost,
}
