//! From a genuine delivery to its settlement: claim, permit, outcome.

use std::fmt;
use std::time::Duration;

use crate::answer::Answer;
use crate::delivery::Delivery;
use crate::endpoint::Endpoint;
use crate::error::{Rejection, RejectionKind, StoreError};
use crate::identity::Remembered;
use crate::observe;
use crate::replay::erased::Store;
use crate::replay::{Claim, ClaimRequest, Commit, Lease, LeaseState, ReplayKey, ReplayStore};

/// A genuine delivery of which nobody knows yet whether it is new.
#[must_use]
pub struct Checked {
    pub(crate) delivery: Delivery,
    /// `None` without replay protection.
    pub(crate) key: Option<Remembered>,
}

impl Checked {
    /// Claims the delivery.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::InFlight`] for a copy of one that is being handled, [`RejectionKind::StoreUnavailable`] when
    /// the store cannot tell.
    pub async fn claim(self) -> Result<Claimed, Rejection> {
        let checked = match self.claim_at_once() {
            Ok(claimed) => return claimed,
            Err(checked) => checked,
        };
        let inner = checked.delivery.endpoint().inner();
        let (Some(store), Some(remembered)) = (&inner.store, &checked.key) else {
            unreachable!("without both there is nothing to wait for");
        };
        let request = checked.request(remembered);
        let claim = store.claim(&remembered.key, &request).await;
        checked.conclude(claim)
    }

    /// Claims the delivery if nobody has to be waited for: without replay protection, and with the memory store. Spares an adapter
    /// the place for a future.
    ///
    /// # Errors
    ///
    /// The delivery itself, if [`claim`](Self::claim) has to be awaited.
    pub fn claim_at_once(self) -> Result<Result<Claimed, Rejection>, Self> {
        let claim = match (&self.delivery.endpoint().inner().store, &self.key) {
            (Some(Store::Memory(store)), Some(remembered)) => {
                store.claim_now(&remembered.key, &self.request(remembered))
            }
            (Some(Store::Other(_)), Some(_)) => return Err(self),
            _ => {
                return Ok(Ok(Claimed::Run(Permit {
                    lease: None,
                    keeps: false,
                    delivery: self.delivery,
                })));
            }
        };
        Ok(self.conclude(claim))
    }

    fn request(&self, remembered: &Remembered) -> ClaimRequest {
        let endpoint = self.delivery.endpoint();
        let retention = endpoint.inner().retention;
        let retain = match remembered {
            Remembered { keeps: false, .. } => retention.lease,
            Remembered {
                by_content: true, ..
            } => retention.by_content,
            _ => retention.by_id,
        };
        let mut request = ClaimRequest::new(endpoint.new_owner(), retention.lease, retain);
        request.protect = retention.fresh.unwrap_or_default().min(retain);
        request.bound = remembered.bound;
        request.fingerprint = xxhash_rust::xxh3::xxh3_64(self.delivery.raw());
        request
    }

    fn conclude(self, claim: Result<Claim, StoreError>) -> Result<Claimed, Rejection> {
        let mut delivery = self.delivery;
        let keeps = self.key.is_some_and(|remembered| remembered.keeps);
        match claim {
            Ok(Claim::Acquired(lease)) => {
                delivery.runs_under(&lease, keeps);
                Ok(Claimed::Run(Permit {
                    lease: Some(lease),
                    keeps,
                    delivery,
                }))
            }
            Ok(Claim::Done { same_payload }) => {
                let inner = delivery.endpoint().inner();
                inner
                    .observer
                    .duplicate(&delivery, &inner.consumer, same_payload);
                Ok(Claimed::Duplicate(duplicate_answer(&delivery)))
            }
            Ok(Claim::OverBound) => {
                let inner = delivery.endpoint().inner();
                inner.observer.over_bound(&delivery, &inner.consumer);
                Ok(Claimed::Duplicate(duplicate_answer(&delivery)))
            }
            Ok(Claim::InFlight { retry_after }) => {
                let rejection = Rejection::new(RejectionKind::InFlight);
                let rejection = rejection.retry_after(whole_seconds(retry_after));
                Err(delivery.endpoint().reject(rejection))
            }
            Err(error) => {
                let endpoint = delivery.endpoint();
                observe::store_failed(endpoint.provider(), &error);
                Err(endpoint.reject(RejectionKind::StoreUnavailable.into()))
            }
        }
    }

    pub(crate) fn into_delivery(self) -> Delivery {
        self.delivery
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked")
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

/// The end of a claim.
#[derive(Debug)]
#[non_exhaustive]
pub enum Claimed {
    /// The delivery is new: run the handler, then settle.
    Run(Permit),
    /// It is a copy of one that is done: send this, run nothing.
    Duplicate(Answer),
}

/// The right to run the handler for a delivery, once.
///
/// Dropped without being settled, it is given back at once where the store answers at once; elsewhere the claim
/// ends with its lease.
#[must_use]
pub struct Permit {
    lease: Option<Lease>,
    /// Whether the delivery is remembered once it is handled.
    keeps: bool,
    delivery: Delivery,
}

impl Permit {
    /// The delivery to hand to the handler.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// The key it is remembered by; `None` without replay protection.
    #[must_use]
    pub fn key(&self) -> Option<&ReplayKey> {
        self.lease.as_ref().map(Lease::key)
    }

    /// Records how the handler ended.
    pub async fn settle(self, outcome: Outcome) -> Settled {
        let mut permit = match self.settle_at_once(outcome) {
            Ok(settled) => return settled,
            Err(permit) => permit,
        };
        let success = permit.count(outcome);
        let lease = permit.lease.take();
        let inner = permit.delivery.endpoint().inner();
        let (Some(store), Some(lease)) = (&inner.store, lease) else {
            unreachable!("without both there is nothing to wait for");
        };
        if success && permit.keeps {
            let commit = store.commit(&lease).await;
            return permit.conclude(lease, commit);
        }
        if let Err(error) = store.release(&lease).await {
            observe::release_failed(permit.delivery.provider(), &error);
        }
        Settled::Pass
    }

    /// Records how the handler ended if nobody has to be waited for, as [`Checked::claim_at_once`].
    ///
    /// # Errors
    ///
    /// The permit itself, if [`settle`](Self::settle) has to be awaited.
    pub fn settle_at_once(mut self, outcome: Outcome) -> Result<Settled, Self> {
        let store = &self.delivery.endpoint().inner().store;
        if let (Some(Store::Other(_)), Some(_)) = (store, &self.lease) {
            return Err(self);
        }
        let success = self.count(outcome);
        let lease = self.lease.take();
        let store = &self.delivery.endpoint().inner().store;
        let (Some(Store::Memory(store)), Some(lease)) = (store, lease) else {
            return Ok(Settled::Pass);
        };
        if success && self.keeps {
            let commit = store.commit_now(&lease);
            return Ok(self.conclude(lease, Ok(commit)));
        }
        store.release_now(&lease);
        Ok(Settled::Pass)
    }

    /// Counts an outcome. Whether it is a success.
    fn count(&self, outcome: Outcome) -> bool {
        let observer = &self.delivery.endpoint().inner().observer;
        let success = outcome.is_success();
        if success {
            observer.done();
        } else {
            observer.released();
        }
        success
    }

    fn conclude(&self, lease: Lease, commit: Result<Commit, StoreError>) -> Settled {
        let endpoint = self.delivery.endpoint();
        match commit {
            Ok(Commit::Committed | Commit::AlreadyCommitted) => Settled::Pass,
            Ok(Commit::LeaseLost) => {
                Settled::Replace(endpoint.reject(RejectionKind::LeaseLost.into()))
            }
            Err(error) => {
                let observer = &endpoint.inner().observer;
                observer.commit_failed(self.delivery.provider(), &error);
                Settled::Later(Unsettled {
                    endpoint: endpoint.clone(),
                    lease,
                    waited: Duration::ZERO,
                    next: FIRST_RETRY,
                })
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(lease) = self.lease.take() else {
            return;
        };
        let inner = self.delivery.endpoint().inner();
        if let Some(Store::Memory(store)) = &inner.store
            && store.release_now(&lease) == LeaseState::Held
        {
            inner.observer.released();
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

/// How a handler ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It answered with this status: 2xx is success, everything else is not.
    Status(u16),
    /// It said itself what is to become of the delivery, whatever its status.
    Decided(Disposition),
    /// It gave no answer: an error, a panic, a timeout.
    Failed,
}

impl Outcome {
    fn is_success(self) -> bool {
        match self {
            Self::Status(status) => (200..300).contains(&status),
            Self::Decided(disposition) => disposition == Disposition::Commit,
            Self::Failed => false,
        }
    }
}

/// A handler's own word on its delivery, put into the extensions of its response. It overrides the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "done or not done: there is no third"
)]
pub enum Disposition {
    /// Done: copies are answered without running.
    Commit,
    /// Not done: the next copy runs.
    Release,
}

/// The end of a [`Permit`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Settled {
    /// Send the handler's answer.
    Pass,
    /// Send this instead: another claim took over while the handler ran.
    Replace(Rejection),
    /// Send the handler's answer, since what it did is done; and go on trying to record it.
    Later(Unsettled),
}

const FIRST_RETRY: Duration = Duration::from_millis(100);

/// A success that the store could not record yet.
#[derive(Debug)]
#[must_use]
pub struct Unsettled {
    endpoint: Endpoint,
    lease: Lease,
    waited: Duration,
    next: Duration,
}

impl Unsettled {
    /// How long to wait before the next [`retry`](Self::retry); `None` when the lease has ended and trying is over.
    pub fn wait(&mut self) -> Option<Duration> {
        let wait = self.next;
        self.waited = self.waited.saturating_add(wait);
        self.next = wait.saturating_mul(2).min(Duration::from_secs(5));
        (self.waited <= self.endpoint.inner().retention.lease).then_some(wait)
    }

    /// Tries again. `true` when there is nothing left to do.
    pub async fn retry(&self) -> bool {
        match &self.endpoint.inner().store {
            Some(store) => store.commit(&self.lease).await.is_ok(),
            None => true,
        }
    }
}

fn duplicate_answer(delivery: &Delivery) -> Answer {
    match &delivery.endpoint().inner().duplicate_answer {
        Some(answer) => answer(delivery),
        None => Answer::ok(),
    }
}

fn whole_seconds(left: Duration) -> u32 {
    let rounded_up = left
        .as_secs()
        .saturating_add(u64::from(left.subsec_nanos() > 0));
    u32::try_from(rounded_up.clamp(1, 30)).unwrap_or(30)
}
