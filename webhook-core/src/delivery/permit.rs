//! From a claimed delivery to its settlement.

use std::fmt;

use crate::answer::{Answer, Rejection};
use crate::delivery::settling::SettleStep;
use crate::delivery::{
    Delivery, Disposition, Outcome, Renewal, Settled, Settling, Unsettled, Watch,
};
use crate::error::{RejectionKind, StoreError};
use crate::metrics::{DeliveryOutcome, StoreVerb};
use crate::replay::erased::Store;
use crate::replay::{Commit, Lease, LeaseState, MAX_ANSWER, ReplayKey, ReplayStore as _};

/// Permission to run the handler for a delivery, once.
///
/// If a permit is dropped without being settled, the memory store releases its claim at once, and a
/// transaction is rolled back. In other stores the claim ends with its lease.
#[must_use]
pub struct Permit {
    pub(super) lease: Option<Lease>,
    /// Whether the delivery is remembered after it is handled.
    pub(super) keeps: bool,
    pub(super) delivery: Delivery,
    /// The handler's answer, for copies.
    pub(super) answer: Option<Box<[u8]>>,
    /// What the end of the handler means for the event, once it has ended.
    pub(super) disposition: Disposition,
    pub(super) watch: Watch,
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

    /// What renews the claim while the handler runs. `None` if the lease lasts longer than any
    /// handler may run, and if the claim lasts as long as a transaction.
    #[must_use]
    pub fn renewal(&self) -> Option<Renewal> {
        let lease = self.lease.as_ref()?;
        let renews = self.delivery.shared().renews && lease.transaction().is_none();
        renews.then(|| Renewal::new(lease, &self.delivery))
    }

    /// Whether the handler's answer is remembered if it ended like this, so that the adapter has to
    /// read its body.
    #[must_use]
    pub fn remembers(&self, outcome: Outcome) -> bool {
        let shared = self.delivery.shared();
        shared.remembers_answers && self.keeps && self.lease.is_some() && outcome.is_success()
    }

    /// Remembers the handler's answer for copies, once the permit is settled. An answer that is too
    /// long is not remembered, and logged.
    pub fn remember(&mut self, status: u16, content_type: Option<&str>, body: &[u8]) {
        self.answer = Answer::to_remember(status, content_type, body, MAX_ANSWER);
        if self.answer.is_none() {
            self.cannot_remember();
        }
    }

    /// Logs that the handler's answer is too long to be remembered.
    pub fn cannot_remember(&self) {
        let observer = &self.delivery.shared().observer;
        observer.answer_too_long(self.delivery.provider());
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
        let ending = self.ending(outcome);
        let store = self.delivery.shared().store.clone();
        let (Some(store), Some(lease)) = (store, self.lease.take()) else {
            unreachable!("nothing to await without a store and a lease");
        };
        let is_retryable = lease.transaction().is_none();
        let (note, answer) = (self.note(ending), self.answer.take());
        let shared = self.delivery.shared().clone();
        let call = async move {
            match ending {
                Ending::Commit => {
                    let commit = store.commit(&lease, answer.as_deref());
                    let commit = shared.timed(StoreVerb::Commit, commit).await;
                    Told::Committed(commit, lease, answer)
                }
                Ending::Release => {
                    let release = store.release(&lease);
                    Told::Released(shared.timed(StoreVerb::Release, release).await)
                }
                Ending::Bury | Ending::GiveUp => {
                    let bury = store.bury(&lease, &note);
                    Told::Buried(ending, shared.timed(StoreVerb::Bury, bury).await)
                }
            }
        };
        SettleStep::Told {
            ending,
            is_retryable,
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
    #[allow(clippy::result_large_err, reason = "a permit that goes on is no error")]
    pub fn settle_at_once(mut self, outcome: Outcome) -> Result<Settled, Self> {
        let store = &self.delivery.shared().store;
        if let (Some(Store::Other(_)), Some(_)) = (store, &self.lease) {
            return Err(self);
        }
        let ending = self.ending(outcome);
        let lease = self.lease.take();
        let store = &self.delivery.shared().store;
        let (Some(Store::Memory(store)), Some(lease)) = (store, lease) else {
            self.handled();
            return Ok(Settled::Pass);
        };
        let told = match ending {
            Ending::Commit => {
                let commit = store.commit_now(&lease, self.answer.as_deref());
                Told::Committed(Ok(commit), lease, None)
            }
            Ending::Release => Told::Released(Ok(store.release_now(&lease))),
            Ending::Bury | Ending::GiveUp => {
                let buried = store.bury_now(&lease, &self.note(ending));
                Told::Buried(ending, Ok(buried))
            }
        };
        Ok(self.told(told))
    }

    /// Counts an outcome, and decides what becomes of the claim.
    fn ending(&mut self, outcome: Outcome) -> Ending {
        self.disposition = outcome.disposition();
        self.watch.handled(outcome, self.delivery.event_series());
        let shared = self.delivery.shared();
        if self.disposition == Disposition::Commit {
            shared.observer.done(&self.delivery);
            return match self.keeps {
                true => Ending::Commit,
                false => Ending::Release,
            };
        }
        if self.disposition == Disposition::GiveUp {
            shared.observer.given_up(&self.delivery);
            return match self.keeps {
                true => Ending::GiveUp,
                false => Ending::Release,
            };
        }
        shared.observer.released();
        let attempt = self.lease.as_ref().map_or(0, Lease::attempt);
        match self.keeps && shared.dead_letters.is_dead_after(attempt) {
            true => Ending::Bury,
            false => Ending::Release,
        }
    }

    /// The note of a dead record: what a person needs to find the event at the provider.
    fn note(&self, ending: Ending) -> String {
        if !matches!(ending, Ending::Bury | Ending::GiveUp) {
            return String::new();
        }
        let labels = [
            Some(self.delivery.provider()),
            self.delivery.event_type(),
            self.delivery.id(),
            self.delivery.consumer(),
            self.delivery.tenant(),
        ];
        let names = ["provider", "type", "id", "consumer", "tenant"];
        let labels = names.iter().zip(labels);
        let labels = labels.filter_map(|(name, label)| Some(format!("{name}={}", label?)));
        labels.collect::<Vec<_>>().join(" ")
    }

    /// What to answer after the store answered.
    pub(super) fn told(&mut self, told: Told) -> Settled {
        match told {
            Told::Committed(Ok(Commit::Committed | Commit::AlreadyCommitted), ..) => {
                self.handled();
                Settled::Pass
            }
            Told::Committed(Ok(Commit::LeaseLost), ..) => Settled::Replace(self.lost()),
            Told::Committed(Err(error), lease, answer) => {
                self.failed(Ending::Commit, &error);
                match lease.transaction() {
                    None if self.has_lost_its_claim() => Settled::Replace(self.lost()),
                    None => {
                        self.handled();
                        let shared = self.delivery.shared().clone();
                        Settled::Later(Unsettled::new(shared, lease, answer))
                    }
                    // The effects are in the same transaction: nothing may have happened.
                    Some(_) => Settled::Replace(self.unrecorded()),
                }
            }
            Told::Buried(Ending::GiveUp, Ok(LeaseState::Held)) => {
                self.handled();
                Settled::Pass
            }
            // The handler's answer would stop the sender, although another copy runs.
            Told::Buried(Ending::GiveUp, Ok(LeaseState::Lost)) => Settled::Replace(self.lost()),
            Told::Buried(_, Ok(LeaseState::Held)) => {
                let observer = &self.delivery.shared().observer;
                observer.buried(&self.delivery);
                self.handled_as(Disposition::GiveUp, DeliveryOutcome::Buried);
                Settled::Acknowledge(dead_letter())
            }
            Told::Buried(_, Ok(LeaseState::Lost)) | Told::Released(Ok(_)) => {
                self.handled();
                Settled::Pass
            }
            Told::Released(Err(error)) => {
                self.failed(Ending::Release, &error);
                self.handled();
                Settled::Pass
            }
            Told::Buried(ending, Err(error)) => {
                self.failed(ending, &error);
                if ending == Ending::GiveUp && self.has_lost_its_claim() {
                    return Settled::Replace(self.lost());
                }
                self.handled();
                Settled::Pass
            }
        }
    }

    /// Whether the handler ran on after its claim was lost. The store's answer would say so; this is
    /// for a store that gives none.
    pub(super) fn has_lost_its_claim(&self) -> bool {
        self.delivery.lost_signal().is_raised()
    }

    /// The refusal of a delivery that another run may have taken over.
    pub(super) fn lost(&mut self) -> Rejection {
        self.reject(RejectionKind::LeaseLost)
    }

    fn reject(&mut self, kind: RejectionKind) -> Rejection {
        let scope = self.delivery.scope();
        scope.reject_watched(kind.into(), &mut self.watch)
    }

    /// Tells the hooks how the handler has ended.
    pub(super) fn handled(&mut self) {
        let outcome = match self.disposition {
            Disposition::Commit => DeliveryOutcome::Done,
            Disposition::Release => DeliveryOutcome::Released,
            Disposition::GiveUp => DeliveryOutcome::GivenUp,
        };
        self.handled_as(self.disposition, outcome);
    }

    fn handled_as(&mut self, disposition: Disposition, outcome: DeliveryOutcome) {
        let observer = &self.delivery.shared().observer;
        let (watch, delivery) = (&self.watch, &self.delivery);
        watch.in_scope(|| observer.handled(delivery, disposition));
        self.watch.end(outcome);
    }

    /// Says why the handler gave no response, before the permit is settled.
    pub fn failed_with(&mut self, kind: RejectionKind) {
        self.watch.failed(kind);
    }

    /// The refusal of a delivery whose transaction may not have been committed.
    pub(super) fn unrecorded(&mut self) -> Rejection {
        self.reject(RejectionKind::StoreUnavailable)
    }

    /// The call failed or timed out.
    pub(super) fn failed(&self, ending: Ending, error: &StoreError) {
        let (provider, observer) = (self.delivery.provider(), &self.delivery.shared().observer);
        match ending {
            Ending::Commit => observer.commit_failed(provider, error),
            Ending::Release | Ending::Bury | Ending::GiveUp => {
                observer.release_failed(provider, error);
            }
        }
    }
}

/// What the end of a handler does to its claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Commit,
    Release,
    /// It failed too often.
    Bury,
    /// The handler gave it up.
    GiveUp,
}

/// What the store answered.
pub(super) enum Told {
    /// With what a repeated commit needs.
    Committed(Result<Commit, StoreError>, Lease, Option<Box<[u8]>>),
    Released(Result<LeaseState, StoreError>),
    Buried(Ending, Result<LeaseState, StoreError>),
}

/// The answer to a dead event: a success, so that the sender stops.
pub(super) fn dead_letter() -> Answer {
    Answer::json(r#"{"warning":"dead_letter"}"#)
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(lease) = self.lease.take() else {
            return;
        };
        if let Some(transaction) = lease.transaction() {
            // A handler that keeps its delivery must not keep the transaction open.
            transaction.clear();
        }
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
