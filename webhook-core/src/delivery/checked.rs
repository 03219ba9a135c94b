//! A verified delivery and its claim.

use std::fmt;
use std::time::Duration;

use crate::answer::{Answer, Rejection};
use crate::delivery::claiming::ClaimStep;
use crate::delivery::permit::dead_letter;
use crate::delivery::{Claiming, Delivery, DeliverySpan, Disposition, OnStoreError, Permit};
use crate::error::{RejectionKind, StoreError};
use crate::metrics::{DeliveryOutcome, StoreVerb};
use crate::observe::hook;
use crate::observe::hook::Hook;
use crate::replay::erased::Store;
use crate::replay::{Claim, ReplayStore as _};
use crate::time::whole_seconds_after;

/// A verified delivery. Whether it is a duplicate is not known yet.
#[must_use]
pub struct Checked(pub(crate) Delivery);

impl Checked {
    /// A copy of the delivery, for an adapter that [only observes](crate::Endpoint::set_shadow). It
    /// knows nothing of the claim: it has no fence, no transaction, and its attempt stays one.
    #[must_use]
    pub fn copy(&self) -> Delivery {
        self.0.copy()
    }

    /// Claims the delivery.
    ///
    /// The future's output is [`RejectionKind::InFlight`] if a copy of the event is in flight, and
    /// [`RejectionKind::StoreUnavailable`] if the store fails.
    pub fn claim(self) -> Claiming {
        #[cfg(feature = "inbox")]
        if self.is_to_be_stored() {
            return Claiming(self.store());
        }
        Claiming(match self.claim_at_once() {
            Ok(claimed) => ClaimStep::Known(Some(Ok(claimed))),
            Err(Unclaimed::Refused(rejection)) => ClaimStep::Known(Some(Err(rejection))),
            Err(Unclaimed::Waiting(checked)) => checked.ask(),
        })
    }

    /// Calls a store whose answer has to be awaited.
    fn ask(self) -> ClaimStep {
        let (Some(store), Some(remembered)) = (&self.0.shared().store, self.0.remembered()) else {
            unreachable!("nothing to await without a store and a replay key");
        };
        let (store, key) = (store.clone(), remembered.key);
        let shared = self.0.shared().clone();
        let request = self.0.request(remembered);
        ClaimStep::Asked {
            call: Box::pin(async move {
                let claim = store.claim(&key, &request);
                shared.timed(StoreVerb::Claim, claim).await
            }),
            checked: self.into(),
        }
    }

    /// Claims the delivery without a future, if this is possible without waiting: without replay
    /// protection, and with the memory store.
    ///
    /// # Errors
    ///
    /// A refusal, as in [`claim`](Self::claim), or the delivery itself if the claim has to be
    /// awaited.
    pub fn claim_at_once(self) -> Result<Claimed, Unclaimed> {
        #[cfg(feature = "inbox")]
        if self.is_to_be_stored() {
            return Err(Unclaimed::Waiting(self));
        }
        let claim = match (&self.0.shared().store, self.0.remembered()) {
            (Some(Store::Memory(store)), Some(remembered)) => {
                let shared = self.0.shared();
                shared.own_store.remembers(shared.provider.name());
                store.claim_now(&remembered.key, &self.0.request(remembered))
            }
            (Some(Store::Other(_)), Some(_)) => return Err(Unclaimed::Waiting(self)),
            _ => return Ok(Claimed::Run(self.unprotected())),
        };
        self.conclude(claim).map_err(Unclaimed::Refused)
    }

    pub(super) fn conclude(self, claim: Result<Claim, StoreError>) -> Result<Claimed, Rejection> {
        let mut delivery = self.0;
        let remembered = delivery.remembered();
        let keeps = remembered.is_some_and(|remembered| remembered.keeps);
        let is_question = remembered.is_some_and(|remembered| remembered.is_question);
        match claim {
            Ok(Claim::Acquired(lease)) => {
                delivery.runs_under(&lease, keeps);
                let mut watch = delivery.take_watch();
                watch.runs(delivery.attempt());
                Ok(Claimed::Run(Permit {
                    lease: Some(lease),
                    keeps,
                    delivery,
                    answer: None,
                    disposition: Disposition::Release,
                    watch,
                }))
            }
            Ok(Claim::Done {
                same_payload,
                answer,
            }) => {
                let answer = answer.and_then(Answer::remembered);
                if answer.is_none() && is_question {
                    // An empty answer would be a wrong one.
                    return Ok(Claimed::Run(Self(delivery).unprotected()));
                }
                let watch = delivery.take_watch();
                let shared = delivery.shared();
                let observer = &shared.observer;
                watch.in_scope(|| observer.duplicate(&delivery, same_payload));
                watch.ended(DeliveryOutcome::Duplicate);
                let answer = answer.unwrap_or_else(|| duplicate_answer(&delivery));
                Ok(Claimed::Duplicate(answer))
            }
            Ok(Claim::OverBound) => {
                let watch = delivery.take_watch();
                let observer = &delivery.shared().observer;
                watch.in_scope(|| observer.over_bound(&delivery));
                watch.ended(DeliveryOutcome::OverBound);
                Ok(Claimed::Duplicate(duplicate_answer(&delivery)))
            }
            // Its sender got a 200 when it died, whatever the policy is now.
            Ok(Claim::Dead { .. }) => {
                delivery.shared().observer.dead();
                delivery.take_watch().ended(DeliveryOutcome::Dead);
                Ok(Claimed::Duplicate(dead_letter()))
            }
            Ok(Claim::InFlight { retry_after }) => {
                let rejection = Rejection::new(RejectionKind::InFlight);
                let rejection = rejection.retry_after(whole_seconds(retry_after));
                Err(Self(delivery).reject(rejection))
            }
            Err(error) => Self(delivery).without_answer(&error),
        }
    }

    /// What becomes of the delivery without the store's answer.
    ///
    /// # Errors
    ///
    /// A refusal, unless the endpoint [runs deliveries
    /// unprotected](crate::OnStoreError::RunUnprotected).
    pub fn without_answer(self, error: &StoreError) -> Result<Claimed, Rejection> {
        let shared = self.0.shared();
        let (observer, provider) = (&shared.observer, shared.provider.name());
        let watch = self.0.watch();
        watch.in_scope(|| observer.store_failed(provider, error));
        #[cfg(feature = "inbox")]
        let is_refused = self.is_to_be_stored();
        #[cfg(not(feature = "inbox"))]
        let is_refused = false;
        if is_refused || shared.on_store_error == OnStoreError::Refuse {
            return Err(self.reject(RejectionKind::StoreUnavailable.into()));
        }
        watch.in_scope(|| observer.unprotected(provider));
        Ok(Claimed::Run(self.unprotected()))
    }

    /// Runs without a claim.
    fn unprotected(self) -> Permit {
        let mut delivery = self.0;
        let mut watch = delivery.take_watch();
        watch.runs(delivery.attempt());
        Permit {
            lease: None,
            keeps: false,
            delivery,
            answer: None,
            disposition: Disposition::Release,
            watch,
        }
    }

    /// Counts, logs and reports a refusal that the adapter decided on, and returns it.
    #[must_use]
    pub fn reject(self, rejection: Rejection) -> Rejection {
        let mut delivery = self.0;
        let mut watch = delivery.take_watch();
        delivery.scope().reject_watched(rejection, &mut watch)
    }

    /// For adapters: the span of the delivery.
    #[doc(hidden)]
    #[must_use]
    pub fn span(&self) -> DeliverySpan {
        self.0.watch().span()
    }

    /// The delivery alone. What happens to it is not known here.
    pub(crate) fn into_delivery(mut self) -> Delivery {
        self.0.take_watch().forget();
        self.0
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked")
            .field("delivery", &self.0)
            .finish_non_exhaustive()
    }
}

/// The result of a claim.
#[derive(Debug)]
#[non_exhaustive]
pub enum Claimed {
    /// The event is new: run the handler, then settle.
    Run(Permit),
    /// The delivery is a duplicate, or its event is dead: send this answer and run nothing.
    Duplicate(Answer),
    /// The delivery is stored, and handled later: send this answer and run nothing. Only endpoints
    /// that are durable (feature `inbox`) store deliveries.
    Stored(Answer),
}

/// Why [`Checked::claim_at_once`] did not claim the delivery.
#[derive(Debug)]
#[allow(
    clippy::exhaustive_enums,
    reason = "an adapter has to answer every variant"
)]
pub enum Unclaimed {
    /// The delivery is refused.
    Refused(Rejection),
    /// The store has to be awaited: call [`claim`](Checked::claim).
    Waiting(Checked),
}

/// At most 30: the sender asks again before a long lease ends.
pub(super) fn whole_seconds(left: Duration) -> u32 {
    whole_seconds_after(left).min(30)
}

pub(super) fn duplicate_answer(delivery: &Delivery) -> Answer {
    let shared = delivery.shared();
    let answer = shared.duplicate_answer.as_ref().and_then(|answer| {
        hook::call(Hook::AnswerDuplicates, delivery.provider(), || {
            answer(delivery)
        })
    });
    answer.unwrap_or(Answer::ok())
}
