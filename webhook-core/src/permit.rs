//! From a genuine delivery to its settlement: claim, permit, outcome.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::answer::Answer;
use crate::delivery::Delivery;
use crate::endpoint::Endpoint;
use crate::error::{Rejection, RejectionKind, StoreError, StoreErrorKind};
use crate::hook::{self, Hook};
use crate::identity::Remembered;
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
    /// The future ends in [`RejectionKind::InFlight`] for a copy of one that is being handled, and in
    /// [`RejectionKind::StoreUnavailable`] when the store cannot tell.
    pub fn claim(self) -> Claiming {
        Claiming(match self.claim_at_once() {
            Ok(claimed) => ClaimStep::Known(claimed.into()),
            Err(checked) => checked.ask(),
        })
    }

    /// Asks a store that does not answer at once.
    fn ask(self) -> ClaimStep {
        let (Some(store), Some(remembered)) = (&self.delivery.endpoint().inner().store, &self.key)
        else {
            unreachable!("without both there is nothing to wait for");
        };
        let (store, key) = (store.clone(), remembered.key);
        let request = self.request(remembered);
        ClaimStep::Asked {
            call: Box::pin(async move { store.claim(&key, &request).await }),
            checked: self.into(),
        }
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
            Err(error) => Err(unknown(delivery.endpoint(), &error)),
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

/// The store cannot tell whether a delivery is new.
fn unknown(endpoint: &Endpoint, error: &StoreError) -> Rejection {
    let observer = &endpoint.inner().observer;
    observer.store_failed(endpoint.provider().name(), error);
    endpoint.reject(RejectionKind::StoreUnavailable.into())
}

/// A claim under way: a future of `Result<Claimed, Rejection>`.
///
/// A call of a store must not be cancelled half-way, so do not drop this before it has ended: to
/// wait no longer, [give it up](Self::give_up).
#[must_use = "futures do nothing unless they are awaited"]
pub struct Claiming(ClaimStep);

enum ClaimStep {
    Known(Option<Result<Claimed, Rejection>>),
    Asked {
        checked: Option<Checked>,
        call: Call<Result<Claim, StoreError>>,
    },
}

/// A call of a store, with all that it borrows.
type Call<T> = Pin<Box<dyn Future<Output = T> + Send>>;

const POLLED: &str = "polled after completion";

impl Future for Claiming {
    type Output = Result<Claimed, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match &mut self.0 {
            ClaimStep::Known(claimed) => claimed.take().expect(POLLED),
            ClaimStep::Asked { checked, call } => {
                let claim = ready!(call.as_mut().poll(cx));
                checked.take().expect(POLLED).conclude(claim)
            }
        })
    }
}

impl Claiming {
    /// Waits no longer: gives the refusal to answer, and what is left of the call. A claim that
    /// lands after all is released.
    #[must_use = "the rest has to be awaited"]
    pub fn give_up(self) -> (Rejection, Late) {
        let ClaimStep::Asked {
            checked: Some(checked),
            call,
        } = self.0
        else {
            return (RejectionKind::StoreUnavailable.into(), Late::nothing());
        };
        let endpoint = checked.delivery.endpoint().clone();
        let rejection = unknown(&endpoint, &StoreErrorKind::Timeout.into());
        let late = async move {
            if let Ok(Claim::Acquired(lease)) = call.await
                && let Some(store) = &endpoint.inner().store
                && let Err(error) = store.release(&lease).await
            {
                let observer = &endpoint.inner().observer;
                observer.release_failed(endpoint.provider().name(), &error);
            }
            None
        };
        (rejection, Late(Box::pin(late)))
    }
}

impl fmt::Debug for Claiming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claiming").finish_non_exhaustive()
    }
}

/// What is left of a call of a store that was given up: a future to await in the background, to its end.
///
/// A commit that failed after all is to be [tried again](Unsettled).
#[must_use = "futures do nothing unless they are awaited"]
pub struct Late(Call<Option<Unsettled>>);

impl Late {
    fn nothing() -> Self {
        Self(Box::pin(std::future::ready(None)))
    }
}

impl Future for Late {
    type Output = Option<Unsettled>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Late").finish_non_exhaustive()
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

    /// Records how the handler ended. The future ends in a [`Settled`].
    pub fn settle(self, outcome: Outcome) -> Settling {
        Settling(match self.settle_at_once(outcome) {
            Ok(settled) => SettleStep::Known(Some(settled)),
            Err(permit) => permit.tell(outcome),
        })
    }

    /// Tells a store that does not answer at once.
    fn tell(mut self, outcome: Outcome) -> SettleStep {
        let commits = self.count(outcome) && self.keeps;
        let store = self.delivery.endpoint().inner().store.clone();
        let (Some(store), Some(lease)) = (store, self.lease.take()) else {
            unreachable!("without both there is nothing to wait for");
        };
        let call = async move {
            let told = if commits {
                store.commit(&lease).await.map(Some)
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
            return Ok(self.committed(lease, Ok(commit)));
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

    fn committed(&self, lease: Lease, commit: Result<Commit, StoreError>) -> Settled {
        let endpoint = self.delivery.endpoint();
        match commit {
            Ok(Commit::Committed | Commit::AlreadyCommitted) => Settled::Pass,
            Ok(Commit::LeaseLost) => {
                Settled::Replace(endpoint.reject(RejectionKind::LeaseLost.into()))
            }
            Err(error) => {
                self.failed(true, &error);
                Settled::Later(Unsettled::new(endpoint.clone(), lease))
            }
        }
    }

    fn told(
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

    /// The store was not told, or did not say so in time.
    fn failed(&self, commits: bool, error: &StoreError) {
        let (provider, observer) = (
            self.delivery.provider(),
            &self.delivery.endpoint().inner().observer,
        );
        if commits {
            observer.commit_failed(provider, error);
        } else {
            observer.release_failed(provider, error);
        }
    }
}

/// What a store was told, and its answer. A release has none that matters.
type Told = (Lease, Result<Option<Commit>, StoreError>);

/// A settlement under way: a future of [`Settled`].
///
/// As a [`Claiming`], it is not to be dropped before it has ended, but to be [given up](Self::give_up).
#[must_use = "futures do nothing unless they are awaited"]
pub struct Settling(SettleStep);

enum SettleStep {
    Known(Option<Settled>),
    Told {
        commits: bool,
        permit: Option<Permit>,
        call: Call<Told>,
    },
}

impl Future for Settling {
    type Output = Settled;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Settled> {
        Poll::Ready(match &mut self.0 {
            SettleStep::Known(settled) => settled.take().expect(POLLED),
            SettleStep::Told {
                commits,
                permit,
                call,
            } => {
                let (lease, told) = ready!(call.as_mut().poll(cx));
                permit.take().expect(POLLED).told(*commits, lease, told)
            }
        })
    }
}

impl Settling {
    /// Waits no longer: send the handler's answer, since what it did is done. What is left of the
    /// call still counts when it lands.
    pub fn give_up(self) -> Late {
        let SettleStep::Told {
            commits,
            permit: Some(permit),
            call,
        } = self.0
        else {
            return Late::nothing();
        };
        permit.failed(commits, &StoreErrorKind::Timeout.into());
        let endpoint = permit.delivery.endpoint().clone();
        Late(Box::pin(async move {
            let (lease, told) = call.await;
            (commits && told.is_err()).then(|| Unsettled::new(endpoint, lease))
        }))
    }
}

impl fmt::Debug for Settling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settling").finish_non_exhaustive()
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
    fn new(endpoint: Endpoint, lease: Lease) -> Self {
        Self {
            endpoint,
            lease,
            waited: Duration::ZERO,
            next: FIRST_RETRY,
        }
    }

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
    let inner = delivery.endpoint().inner();
    let answer = inner.duplicate_answer.as_ref().and_then(|answer| {
        hook::call(Hook::AnswerDuplicates, delivery.provider(), || {
            answer(delivery)
        })
    });
    answer.unwrap_or(Answer::ok())
}

fn whole_seconds(left: Duration) -> u32 {
    let rounded_up = left
        .as_secs()
        .saturating_add(u64::from(left.subsec_nanos() > 0));
    u32::try_from(rounded_up.clamp(1, 30)).unwrap_or(30)
}
