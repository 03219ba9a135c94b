//! From a claimed delivery to its settlement.

use std::fmt;

use crate::delivery::settling::SettleStep;
use crate::delivery::{Delivery, Outcome, Settled, Settling, Unsettled};
use crate::error::{RejectionKind, StoreError};
use crate::replay::erased::Store;
use crate::replay::{Commit, Lease, LeaseState, ReplayKey, ReplayStore as _};

/// Permission to run the handler for a delivery, once.
///
/// If a permit is dropped without being settled, the memory store releases its claim at once. In
/// other stores the claim ends with its lease.
#[must_use]
pub struct Permit {
    pub(super) lease: Option<Lease>,
    /// Whether the delivery is remembered after it is handled.
    pub(super) keeps: bool,
    pub(super) delivery: Delivery,
}

impl Permit {
    /// The delivery to hand to the handler.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// The replay key; `None` without replay protection.
    #[must_use]
    pub fn key(&self) -> Option<&ReplayKey> {
        self.lease.as_ref().map(Lease::key)
    }

    /// Records how the handler ended. The future's output is a [`Settled`].
    pub fn settle(self, outcome: Outcome) -> Settling {
        Settling(match self.settle_at_once(outcome) {
            Ok(settled) => SettleStep::Known(Some(settled)),
            Err(permit) => permit.tell(outcome),
        })
    }

    /// Calls a store whose answer has to be awaited.
    fn tell(mut self, outcome: Outcome) -> SettleStep {
        let commits = self.count(outcome) && self.keeps;
        let store = self.delivery.shared().store.clone();
        let (Some(store), Some(lease)) = (store, self.lease.take()) else {
            unreachable!("nothing to await without a store and a lease");
        };
        let call = async move {
            let told = if commits {
                store.commit(&lease, None).await.map(Some)
            } else {
                store.release(&lease).await.map(|_| None)
            };
            (lease, told)
        };
        SettleStep::Told {
            commits,
            permit: Some(self),
            call: Box::pin(call),
        }
    }

    /// Records how the handler ended, if this is possible without waiting; see
    /// [`Checked::claim_at_once`](crate::Checked::claim_at_once).
    ///
    /// # Errors
    ///
    /// The permit, if [`settle`](Self::settle) has to be awaited.
    pub fn settle_at_once(mut self, outcome: Outcome) -> Result<Settled, Self> {
        let store = &self.delivery.shared().store;
        if let (Some(Store::Other(_)), Some(_)) = (store, &self.lease) {
            return Err(self);
        }
        let success = self.count(outcome);
        let lease = self.lease.take();
        let store = &self.delivery.shared().store;
        let (Some(Store::Memory(store)), Some(lease)) = (store, lease) else {
            return Ok(Settled::Pass);
        };
        if success && self.keeps {
            let commit = store.commit_now(&lease, None);
            return Ok(self.committed(lease, Ok(commit)));
        }
        store.release_now(&lease);
        Ok(Settled::Pass)
    }

    /// Counts an outcome. Returns whether it is a success.
    fn count(&self, outcome: Outcome) -> bool {
        let observer = &self.delivery.shared().observer;
        let success = outcome.is_success();
        if success {
            observer.done(&self.delivery, &self.delivery.shared().consumer);
        } else {
            observer.released();
        }
        success
    }

    fn committed(&self, lease: Lease, commit: Result<Commit, StoreError>) -> Settled {
        let shared = self.delivery.shared();
        match commit {
            Ok(Commit::Committed | Commit::AlreadyCommitted) => Settled::Pass,
            Ok(Commit::LeaseLost) => {
                Settled::Replace(shared.reject(RejectionKind::LeaseLost.into()))
            }
            Err(error) => {
                self.failed(true, &error);
                Settled::Later(Unsettled::new(shared.clone(), lease))
            }
        }
    }

    pub(super) fn told(
        &self,
        commits: bool,
        lease: Lease,
        told: Result<Option<Commit>, StoreError>,
    ) -> Settled {
        match told {
            Ok(None) => Settled::Pass,
            Ok(Some(commit)) => self.committed(lease, Ok(commit)),
            Err(error) if commits => self.committed(lease, Err(error)),
            Err(error) => {
                self.failed(false, &error);
                Settled::Pass
            }
        }
    }

    /// The call failed or timed out.
    pub(super) fn failed(&self, commits: bool, error: &StoreError) {
        let (provider, observer) = (self.delivery.provider(), &self.delivery.shared().observer);
        if commits {
            observer.commit_failed(provider, error);
        } else {
            observer.release_failed(provider, error);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(lease) = self.lease.take() else {
            return;
        };
        let shared = self.delivery.shared();
        if let Some(Store::Memory(store)) = &shared.store
            && store.release_now(&lease) == LeaseState::Held
        {
            shared.observer.released();
        }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("lease", &self.lease)
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}
