//! The fencing token of a claim.

use crate::replay::{Lease, Owner};

/// A fencing token, for conditional writes of a handler. Of two runs of one event, the later run
/// has the higher epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fence {
    /// Grows with every claim of the same event.
    pub epoch: u64,
    /// The holder of the claim.
    pub owner: Owner,
}

impl From<&Lease> for Fence {
    fn from(lease: &Lease) -> Self {
        Self {
            epoch: lease.epoch().get(),
            owner: lease.owner(),
        }
    }
}
