//! A delivery that is stored instead of run.

use crate::answer::{Answer, Rejection};
use crate::delivery::checked::{duplicate_answer, whole_seconds};
use crate::delivery::claiming::ClaimStep;
use crate::delivery::permit::dead_letter;
use crate::delivery::{Accepted, Checked, Claimed, Delivery, Watch};
use crate::error::{RejectionKind, StoreError, StoreErrorKind};
use crate::metrics::{DeliveryOutcome, StoreVerb};
use crate::observe::hook::{self, Hook};

impl Checked {
    /// Whether the delivery is stored, and no handler runs. A question is not: its sender waits for
    /// the handler's answer.
    pub(super) fn is_to_be_stored(&self) -> bool {
        let remembered = self.0.remembered();
        let is_question = remembered.is_some_and(|remembered| remembered.is_question);
        self.0.shared().inbox.get().is_some() && !is_question
    }

    /// Stores the delivery.
    pub(super) fn store(mut self) -> ClaimStep {
        // Taken out before the delivery has a clone.
        let watch = self.0.take_watch();
        let (shared, delivery) = (self.0.shared().clone(), self.0.clone());
        let inbox = shared.inbox.get().cloned();
        let call = async move {
            let (Some(inbox), Some(head)) = (inbox, delivery.stored_head()) else {
                let why = "the head of the delivery was not kept";
                return Err(StoreError::with_source(StoreErrorKind::Misconfigured, why));
            };
            let accept = inbox.accept_boxed(&delivery, head);
            shared.timed(StoreVerb::Claim, accept).await
        };
        ClaimStep::Stored {
            call: Box::pin(call),
            storing: Some(Storing {
                delivery: self.0,
                watch,
            }),
        }
    }
}

/// A delivery that is being stored.
pub(super) struct Storing {
    delivery: Delivery,
    watch: Watch,
}

impl Storing {
    /// The answer, once the inbox has answered.
    pub(super) fn conclude(
        mut self,
        accepted: Result<Accepted, StoreError>,
    ) -> Result<Claimed, Rejection> {
        self.watch.claimed();
        let Self { delivery, watch } = &self;
        let observer = &delivery.shared().observer;
        match accepted {
            Ok(Accepted::New) => {
                observer.stored();
                let answer = watch.in_scope(|| stored_answer(delivery));
                self.watch.ended(DeliveryOutcome::Stored);
                Ok(Claimed::Stored(answer))
            }
            Ok(Accepted::Stored { same_payload }) => {
                watch.in_scope(|| observer.duplicate(delivery, same_payload));
                Ok(self.duplicate(DeliveryOutcome::Duplicate))
            }
            Ok(Accepted::OverBound) => {
                watch.in_scope(|| observer.over_bound(delivery));
                Ok(self.duplicate(DeliveryOutcome::OverBound))
            }
            Ok(Accepted::Dead) => {
                observer.dead();
                self.watch.ended(DeliveryOutcome::Dead);
                Ok(Claimed::Duplicate(dead_letter()))
            }
            Ok(Accepted::BeingStored { retry_after }) => {
                let rejection = Rejection::new(RejectionKind::InFlight);
                Err(self.reject(rejection.retry_after(whole_seconds(retry_after))))
            }
            Err(error) => Err(self.fail(&error)),
        }
    }

    /// A delivery that is not known to be stored is refused, whatever the endpoint does without a
    /// store.
    pub(super) fn fail(self, error: &StoreError) -> Rejection {
        let shared = self.delivery.shared();
        let provider = shared.provider.name();
        self.watch
            .in_scope(|| shared.observer.store_failed(provider, error));
        self.reject(RejectionKind::StoreUnavailable.into())
    }

    fn duplicate(self, outcome: DeliveryOutcome) -> Claimed {
        self.watch.ended(outcome);
        Claimed::Duplicate(duplicate_answer(&self.delivery))
    }

    fn reject(mut self, rejection: Rejection) -> Rejection {
        let scope = self.delivery.scope();
        scope.reject_watched(rejection, &mut self.watch)
    }
}

fn stored_answer(delivery: &Delivery) -> Answer {
    let answer = delivery.shared().stored_answer.as_ref();
    let answer = answer.and_then(|answer| {
        hook::call(Hook::AnswerStored, delivery.provider(), || answer(delivery))
    });
    answer.unwrap_or(Answer::ok())
}
