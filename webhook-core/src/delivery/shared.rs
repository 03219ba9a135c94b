//! The state that all deliveries of an endpoint share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::answer::RejectionAnswers;
use crate::answer::{Answer, Rejection};
use crate::delivery::{
    Begun, DeadLetters, Delivery, EnvelopeSpec, HandshakeResponder, IdentityRule, Intake, Limits,
    LostLease, Observer, OnStoreError,
};
use crate::error::RejectionKind;
use crate::keys::{FetchedKeys, KeyCache, Known};
use crate::observe::hook::Hook;
use crate::observe::{EscapedId, hook};
use crate::provider::Provider;
use crate::replay::erased::Store;
use crate::replay::neighbours::Neighbour;
use crate::replay::{KeyPrefix, Owner};
use crate::request::Head;
use crate::time::{Clock, UnixTime};
use crate::verify::Verifier;

pub(crate) struct Shared {
    pub(crate) provider: Provider,
    pub(crate) verifier: RwLock<Arc<Verifier>>,
    pub(crate) wanted: EnvelopeSpec,
    pub(crate) identity: IdentityRule,
    /// Whether the content identifies every delivery, so that the body is digested as it arrives.
    pub(crate) digests_body: bool,
    pub(crate) limits: Limits,
    pub(crate) on_store_error: OnStoreError,
    pub(crate) on_lost_lease: LostLease,
    pub(crate) dead_letters: DeadLetters,
    pub(crate) remembers_answers: bool,
    /// Whether a handler may run so long that its claim has to be renewed.
    pub(crate) renews: bool,
    pub(crate) store: Option<Store>,
    pub(crate) retention: Retention,
    pub(crate) key_prefix: KeyPrefix,
    pub(crate) observer: Observer,
    pub(crate) consumer: Arc<str>,
    pub(crate) tenant: Box<str>,
    pub(crate) token_parameter: Option<Box<str>>,
    pub(crate) duplicate_answer: Option<Arc<DuplicateAnswer>>,
    pub(crate) rejection_answers: Option<Arc<RejectionAnswers>>,
    pub(crate) responder: Option<HandshakeResponder>,
    /// Whether the answer to a challenge is computed with the keys that verify it.
    pub(crate) keeps_keys: bool,
    /// The fetched keys.
    pub(crate) keys: Option<Arc<KeyCache>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) _neighbour: Option<Arc<Neighbour>>,
    /// 64 random bits of this endpoint.
    pub(crate) serial: u64,
    pub(crate) owners: AtomicU64,
}

pub(crate) type DuplicateAnswer = dyn Fn(&Delivery) -> Answer + Send + Sync;

/// How long deliveries are remembered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retention {
    pub(crate) lease: Duration,
    /// For deliveries that are identified by an id.
    pub(crate) by_id: Duration,
    /// For deliveries that are identified by their content: nothing else protects them.
    pub(crate) by_content: Duration,
    /// How long a copy stays fresh; `None` if no timestamp is signed.
    pub(crate) fresh: Option<Duration>,
}

impl Shared {
    /// See [`Endpoint::begin`](crate::Endpoint::begin).
    #[inline]
    pub(crate) fn begin(self: &Arc<Self>, head: &Head<'_>) -> Begun {
        if let Some(responder) = &self.responder {
            match self.answer_head(responder, head) {
                Ok(None) => {}
                Ok(Some(answer)) => {
                    self.count_challenge();
                    return Begun::Answer(answer);
                }
                Err(rejection) => return Begun::Refused(rejection),
            }
        }
        match self.open(head) {
            Ok(intake) => Begun::Read(intake),
            Err(rejection) => {
                let rejection = rejection.with_unread_body();
                let claimed = || self.wanted.claimed_id(head);
                self.observe_rejection(&rejection, claimed);
                Begun::Refused(self.with_answers(rejection))
            }
        }
    }

    /// Counts, logs and reports a refusal, and returns it.
    pub(crate) fn reject(&self, rejection: Rejection) -> Rejection {
        self.observe_rejection(&rejection, || None);
        self.with_answers(rejection)
    }

    /// Sets the endpoint's own answers, if it has any.
    pub(crate) fn with_answers(&self, mut rejection: Rejection) -> Rejection {
        rejection.answers.clone_from(&self.rejection_answers);
        rejection
    }

    /// The current time; `None` if the clock fails or panics.
    pub(crate) fn now(&self) -> Option<UnixTime> {
        let provider = self.provider.name();
        hook::call(Hook::Clock, provider, || self.clock.now()).flatten()
    }

    /// The keys of this name, if they are known without a fetch.
    pub(crate) fn known_key(
        &self,
        query: &crate::keys::KeyQuery,
    ) -> Result<Option<FetchedKeys>, RejectionKind> {
        let now = self.now().ok_or(RejectionKind::ClockUnavailable)?;
        let cache = self.keys.as_ref().ok_or(RejectionKind::UnknownKey)?;
        match cache.known(query, now) {
            Known::Keys(found) => Ok(Some(found)),
            Known::Refused(kind) => Err(kind),
            Known::Ask => Ok(None),
        }
    }

    pub(crate) fn verifier(&self) -> Arc<Verifier> {
        Arc::clone(&self.verifier.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A unique owner: 64 random bits of this endpoint and a counter.
    pub(crate) fn new_owner(&self) -> Owner {
        let count = self.owners.fetch_add(1, Ordering::Relaxed);
        Owner::from_bits(u128::from(self.serial) << 64 | u128::from(count))
    }

    /// Counts and logs an answered challenge.
    pub(crate) fn count_challenge(&self) {
        self.observer
            .challenge_answered(&self.provider, &self.consumer);
    }

    fn observe_rejection(
        &self,
        rejection: &Rejection,
        claimed_id: impl FnOnce() -> Option<EscapedId>,
    ) {
        self.observer
            .rejected(&self.provider, &self.consumer, rejection, claimed_id);
    }

    #[cold]
    fn answer_head(
        &self,
        responder: &HandshakeResponder,
        head: &Head<'_>,
    ) -> Result<Option<Answer>, Rejection> {
        responder
            .at_head(head, |value| self.verifier().answer(value))
            .map_err(|kind| self.reject(Rejection::new(kind).with_unread_body()))
    }

    fn open(self: &Arc<Self>, head: &Head<'_>) -> Result<Intake, Rejection> {
        let provider = &self.provider;
        if !provider.methods().contains(&head.method) {
            let rejection = Rejection::new(RejectionKind::MethodNotAllowed);
            let responder = self.responder.as_ref();
            let also = responder.and_then(|responder| responder.further_method(head.method));
            return Err(rejection.allow(provider.methods()).allow_also(also));
        }
        let now = self.now().ok_or(RejectionKind::ClockUnavailable)?;
        let verifier = self.verifier();
        let mut intake = Intake::new(Arc::clone(self));
        let id = match verifier.start_in(intake.verification(), head, now) {
            Ok(id) => id,
            Err(kind) => return self.open_unsigned(head, kind),
        };
        intake.read_head(head, id)?;
        if self.keeps_keys {
            intake.keep_keys(verifier);
        }
        Ok(intake)
    }

    /// A request that is refused because it has no signature may be an unsigned challenge.
    #[cold]
    fn open_unsigned(
        self: &Arc<Self>,
        head: &Head<'_>,
        refused: RejectionKind,
    ) -> Result<Intake, Rejection> {
        let responder = self.responder.as_ref();
        let is_open = responder.is_some_and(|responder| responder.reads_unsigned(head));
        if refused != RejectionKind::MissingHeader || !is_open {
            return Err(refused.into());
        }
        Intake::unsigned(Arc::clone(self), head).map_err(|_| refused.into())
    }
}
