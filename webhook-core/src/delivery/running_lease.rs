//! The claim that a handler runs under.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::delivery::Delivery;

/// The claim that a handler runs under; see [`Delivery::lease`].
///
/// The claim is renewed while the handler runs. It is lost if the store says that another copy of
/// the event took over, or if no renewal succeeded for as long as the lease lasts. The handler is
/// then cancelled at its next `await`, unless the endpoint
/// [keeps it running](crate::LostLease::KeepRunning). In any case its commit is refused.
///
/// A handler that works outside of its own future watches the lease itself:
///
/// ```
/// # async fn step() -> bool { true }
/// # async fn handle(event: webhook_core::Delivery) {
/// let lease = event.lease();
/// while !lease.is_lost() && step().await {}
/// # }
/// ```
#[derive(Clone)]
pub struct RunningLease(pub(super) Delivery);

impl RunningLease {
    /// Whether the claim is lost.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.0.lost_signal().is_raised()
    }

    /// Waits until the claim is lost. A claim that is settled is never lost, so do not await this
    /// alone.
    pub fn lost(&self) -> LeaseLost {
        LeaseLost(self.0.clone())
    }
}

impl fmt::Debug for RunningLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningLease")
            .field("is_lost", &self.is_lost())
            .finish_non_exhaustive()
    }
}

/// The future of [`RunningLease::lost`].
#[must_use = "futures do nothing unless they are awaited"]
pub struct LeaseLost(Delivery);

impl Future for LeaseLost {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.lost_signal().poll(cx)
    }
}

impl fmt::Debug for LeaseLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeaseLost").finish_non_exhaustive()
    }
}
