//! From a genuine delivery to its settlement: claim, permit, outcome.

use std::fmt;
use std::time::Duration;

use crate::answer::Answer;
use crate::delivery::{Delivery, Fence, Record};
use crate::endpoint::Endpoint;
use crate::error::{Rejection, RejectionKind};
use crate::observe;
use crate::replay::erased::Store;
use crate::replay::{Claim, ClaimRequest, Commit, Lease, LeaseState, ReplayKey, ReplayStore};

/// A genuine delivery of which nobody knows yet whether it is new.
#[must_use]
pub struct Checked {
    pub(crate) endpoint: Endpoint,
    pub(crate) record: Record,
    /// `None` without replay protection.
    pub(crate) key: Option<Remembered>,
}

/// What a delivery is remembered by.
pub(crate) struct Remembered {
    pub(crate) key: ReplayKey,
    pub(crate) by_content: bool,
}

impl Checked {
    /// Claims the delivery.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::InFlight`] for a copy of one that is being handled, [`RejectionKind::StoreUnavailable`] when
    /// the store cannot tell.
    pub async fn claim(self) -> Result<Claimed, Rejection> {
        let Self {
            endpoint,
            mut record,
            key,
        } = self;
        let (Some(store), Some(remembered)) = (&endpoint.inner().store, key) else {
            let delivery = Delivery::new(record);
            return Ok(Claimed::Run(Permit {
                endpoint,
                lease: None,
                delivery,
            }));
        };
        let retention = endpoint.inner().retention;
        let retain = if remembered.by_content {
            retention.by_content
        } else {
            retention.by_id
        };
        let mut request = ClaimRequest::new(endpoint.new_owner(), retention.lease, retain);
        request.protect = retention.fresh.unwrap_or(retain).min(retain);
        request.fingerprint = xxhash_rust::xxh3::xxh3_64(&record.raw);
        match store.claim(&remembered.key, &request).await {
            Ok(Claim::Acquired(lease)) => {
                record.attempt = lease.attempt();
                record.fence = Some(Fence::from(&lease));
                let delivery = Delivery::new(record);
                Ok(Claimed::Run(Permit {
                    endpoint,
                    lease: Some(lease),
                    delivery,
                }))
            }
            Ok(Claim::Done { same_payload }) => {
                let (inner, delivery) = (endpoint.inner(), Delivery::new(record));
                inner
                    .observer
                    .duplicate(&delivery, &inner.consumer, same_payload);
                Ok(Claimed::Duplicate(match &inner.duplicate_answer {
                    Some(answer) => answer(&delivery),
                    None => Answer::ok(),
                }))
            }
            Ok(Claim::InFlight { retry_after }) => {
                let rejection = Rejection::new(RejectionKind::InFlight);
                Err(endpoint.reject(rejection.retry_after(whole_seconds(retry_after))))
            }
            Err(error) => {
                observe::store_failed(endpoint.provider(), &error);
                Err(endpoint.reject(RejectionKind::StoreUnavailable.into()))
            }
        }
    }

    pub(crate) fn into_delivery(self) -> Delivery {
        Delivery::new(self.record)
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked")
            .field("endpoint", &self.endpoint)
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
    endpoint: Endpoint,
    lease: Option<Lease>,
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
    pub async fn settle(mut self, outcome: Outcome) -> Settled {
        let inner = self.endpoint.inner();
        let success = outcome.is_success();
        if success {
            inner.observer.done();
        } else {
            inner.observer.released();
        }
        let (Some(store), Some(lease)) = (&inner.store, self.lease.take()) else {
            return Settled::Pass;
        };
        if !success {
            if let Err(error) = store.release(&lease).await {
                observe::release_failed(self.delivery.provider(), &error);
            }
            return Settled::Pass;
        }
        match store.commit(&lease).await {
            Ok(Commit::Committed | Commit::AlreadyCommitted) => Settled::Pass,
            Ok(Commit::LeaseLost) => {
                let rejection = self.endpoint.reject(RejectionKind::LeaseLost.into());
                Settled::Replace(rejection)
            }
            Err(error) => {
                inner
                    .observer
                    .commit_failed(self.delivery.provider(), &error);
                Settled::Later(Unsettled {
                    endpoint: self.endpoint.clone(),
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
        if let (Some(Store::Memory(store)), Some(lease)) =
            (&self.endpoint.inner().store, self.lease.take())
            && store.release_now(&lease) == LeaseState::Held
        {
            self.endpoint.inner().observer.released();
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

fn whole_seconds(left: Duration) -> u32 {
    let rounded_up = left
        .as_secs()
        .saturating_add(u64::from(left.subsec_nanos() > 0));
    u32::try_from(rounded_up.clamp(1, 30)).unwrap_or(30)
}
