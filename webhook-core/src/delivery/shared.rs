//! What every delivery of an endpoint shares.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::answer::RejectionAnswers;
use crate::answer::{Answer, Rejection};
use crate::delivery::{
    Begun, Delivery, EnvelopeSpec, HandshakeResponder, IdentityRule, Intake, Limits, Observer,
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
    /// Whether every delivery is known by its content, so that its body is digested as it arrives.
    pub(crate) digests_body: bool,
    pub(crate) limits: Limits,
    pub(crate) store: Option<Store>,
    pub(crate) retention: Retention,
    pub(crate) key_prefix: KeyPrefix,
    pub(crate) observer: Observer,
    pub(crate) consumer: Box<str>,
    pub(crate) token_parameter: Option<Box<str>>,
    pub(crate) duplicate_answer: Option<Arc<DuplicateAnswer>>,
    pub(crate) rejection_answers: Option<Arc<RejectionAnswers>>,
    pub(crate) responder: Option<HandshakeResponder>,
    /// Whether a challenge is answered with the keys that verify it.
    pub(crate) keeps_keys: bool,
    /// Of keys that are not configured.
    pub(crate) keys: Option<Arc<KeyCache>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) _neighbour: Option<Arc<Neighbour>>,
    /// 64 random bits that are this endpoint's.
    pub(crate) serial: u64,
    pub(crate) owners: AtomicU64,
}

pub(crate) type DuplicateAnswer = dyn Fn(&Delivery) -> Answer + Send + Sync;

/// How long things are remembered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retention {
    pub(crate) lease: Duration,
    /// For deliveries that are known by an id.
    pub(crate) by_id: Duration,
    /// For those known by their content alone, which nothing else protects.
    pub(crate) by_content: Duration,
    /// For how long a copy stays fresh; `None` where no time is signed.
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

    /// Counts, logs and reports a refusal, and hands it back.
    pub(crate) fn reject(&self, rejection: Rejection) -> Rejection {
        self.observe_rejection(&rejection, || None);
        self.with_answers(rejection)
    }

    /// The rejection with the answers of the endpoint, where it has its own.
    pub(crate) fn with_answers(&self, mut rejection: Rejection) -> Rejection {
        rejection.answers.clone_from(&self.rejection_answers);
        rejection
    }

    /// The time; a clock that panics cannot tell it.
    pub(crate) fn now(&self) -> Option<UnixTime> {
        let provider = self.provider.name();
        hook::call(Hook::Clock, provider, || self.clock.now()).flatten()
    }

    /// Keys of this name, if nobody has to be asked.
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

    /// An owner nobody else has: 64 random bits for this endpoint, and a counter.
    pub(crate) fn new_owner(&self) -> Owner {
        let count = self.owners.fetch_add(1, Ordering::Relaxed);
        Owner::from_bits(u128::from(self.serial) << 64 | u128::from(count))
    }

    /// A challenge gets its answer.
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
            .at_head(head, |value| self.verifier().prove(value))
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

    /// What is refused for want of a signature may be a challenge that has none.
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
