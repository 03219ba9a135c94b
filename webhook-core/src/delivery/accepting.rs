//! A delivery that is stored instead of run.

use crate::answer::{Answer, Rejection};
use crate::delivery::checked::{duplicate_answer, whole_seconds};
use crate::delivery::claiming::ClaimStep;
use crate::delivery::permit::dead_letter;
use crate::delivery::{Accepted, Checked, Claimed};
use crate::error::{RejectionKind, StoreError, StoreErrorKind};

impl Checked {
    /// Whether the delivery is stored, and no handler runs. A question is not: its sender waits for
    /// the handler's answer.
    pub(super) fn is_to_be_stored(&self) -> bool {
        let remembered = self.0.remembered();
        let is_question = remembered.is_some_and(|remembered| remembered.is_question);
        self.0.shared().inbox.is_some() && !is_question
    }

    /// Stores the delivery.
    pub(super) fn store(self) -> ClaimStep {
        let inbox = self.0.shared().inbox.clone();
        let delivery = self.0.clone();
        let call = async move {
            let (Some(inbox), Some(head)) = (inbox, delivery.stored_head()) else {
                let why = "the head of the delivery was not kept";
                return Err(StoreError::with_source(StoreErrorKind::Misconfigured, why));
            };
            inbox.accept_boxed(&delivery, head).await
        };
        ClaimStep::Stored {
            call: Box::pin(call),
            checked: Some(self),
        }
    }

    /// The answer, once the delivery is stored.
    pub(super) fn answer_stored(
        self,
        accepted: Result<Accepted, StoreError>,
    ) -> Result<Claimed, Rejection> {
        let delivery = &self.0;
        let observer = &delivery.shared().observer;
        match accepted {
            Ok(Accepted::New) => {
                observer.stored();
                Ok(Claimed::Stored(Answer::ok()))
            }
            Ok(Accepted::Stored { same_payload }) => {
                observer.duplicate(delivery, same_payload);
                Ok(Claimed::Duplicate(duplicate_answer(delivery)))
            }
            Ok(Accepted::OverBound) => {
                observer.over_bound(delivery);
                Ok(Claimed::Duplicate(duplicate_answer(delivery)))
            }
            Ok(Accepted::Dead) => {
                observer.dead();
                Ok(Claimed::Duplicate(dead_letter()))
            }
            Ok(Accepted::BeingStored { retry_after }) => {
                let rejection = Rejection::new(RejectionKind::InFlight);
                let rejection = rejection.retry_after(whole_seconds(retry_after));
                Err(delivery.scope().reject(rejection))
            }
            Err(error) => self.without_answer(&error),
        }
    }
}
