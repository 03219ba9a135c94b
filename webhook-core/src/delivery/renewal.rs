//! Renews a claim while its handler runs.

use std::fmt;
use std::time::Duration;

use crate::delivery::{Delivery, LeaseLost, LostLease};
use crate::error::StoreError;
use crate::metrics::StoreVerb;
use crate::replay::{Lease, LeaseState, ReplayStore as _};

/// Renews the claim of a delivery whose handler may run longer than its lease; see
/// [`Permit::renewal`](crate::Permit::renewal).
///
/// An adapter calls [`renew`](Self::renew) every [`interval`](Self::interval) while the handler
/// runs, and [`lose`](Self::lose) when the store refuses a renewal, or when none has succeeded for
/// [as long as the lease lasts](Self::lasts).
#[must_use]
pub struct Renewal {
    lease: Lease,
    delivery: Delivery,
}

impl Renewal {
    pub(super) fn new(lease: &Lease, delivery: &Delivery) -> Self {
        Self {
            lease: lease.to_renew(),
            delivery: delivery.clone(),
        }
    }

    /// How long to wait before the next renewal: a third of the lease.
    #[must_use]
    pub fn interval(&self) -> Duration {
        let lease = self.delivery.shared().retention.lease;
        lease.checked_div(3).unwrap_or_default()
    }

    /// How long the claim lasts after a renewal was asked for, if the store took all of its time to
    /// answer.
    #[must_use]
    pub fn lasts(&self) -> Duration {
        let shared = self.delivery.shared();
        let lease = shared.retention.lease;
        lease.saturating_sub(shared.limits.store_timeout)
    }

    /// Whether the handler has to end when the claim is lost.
    #[must_use]
    pub fn cancels(&self) -> bool {
        self.delivery.shared().on_lost_lease == LostLease::Cancel
    }

    /// Renews the claim in the store. Await it to its end: a store call must not be cancelled
    /// halfway.
    ///
    /// # Errors
    ///
    /// If the store fails. It is logged. The claim may still be held.
    pub async fn renew(&self) -> Result<LeaseState, StoreError> {
        let shared = self.delivery.shared();
        let Some(store) = &shared.store else {
            return Ok(LeaseState::Held);
        };
        let renewed = store.renew(&self.lease, shared.retention.lease);
        let renewed = shared.timed(StoreVerb::Renew, renewed).await;
        if let Err(error) = &renewed {
            let observer = &shared.observer;
            observer.renewal_failed(shared.provider.name(), error);
        }
        renewed
    }

    /// Tells the handler that the claim is lost.
    pub fn lose(&self) {
        let shared = self.delivery.shared();
        shared.observer.lease_lost(&self.delivery);
        self.delivery.lost_signal().raise();
    }

    /// Waits until the claim is lost.
    pub fn lost(&self) -> LeaseLost {
        self.delivery.lease().lost()
    }
}

impl fmt::Debug for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewal")
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}
