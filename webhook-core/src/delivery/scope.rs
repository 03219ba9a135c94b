//! The state that the deliveries of one tenant share.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::answer::{Answer, Rejection};
use crate::delivery::{Begun, HandshakeResponder, Intake, Shared, Watch};
use crate::error::RejectionKind;
use crate::metrics::DeliveryOutcome;
use crate::notification::Fetcher;
use crate::observe::EscapedId;
use crate::replay::KeyPrefix;
use crate::request::Head;
use crate::time::UnixTime;
use crate::verify::Verifier;

/// What a tenant has of its own, or the only part of an endpoint without tenants.
pub(crate) struct Scope {
    pub(crate) shared: Arc<Shared>,
    /// The tenant's name. Empty without tenants.
    pub(crate) tenant: Arc<str>,
    verifier: RwLock<Verifier>,
    pub(crate) key_prefix: KeyPrefix,
    /// Whether only tenants have secrets, and this is none of them: every delivery is refused.
    is_template: bool,
}

impl Scope {
    pub(crate) fn new(
        shared: Arc<Shared>,
        tenant: Arc<str>,
        verifier: Verifier,
        is_template: bool,
    ) -> Arc<Self> {
        let provider = shared.provider.name();
        Arc::new(Self {
            key_prefix: KeyPrefix::new(&shared.consumer, provider, &tenant),
            verifier: RwLock::new(verifier),
            shared,
            tenant,
            is_template,
        })
    }

    /// The tenant's name, if the endpoint has one.
    pub(crate) fn tenant(&self) -> Option<&Arc<str>> {
        Some(&self.tenant).filter(|name| !name.is_empty())
    }

    pub(crate) fn verifier(&self) -> RwLockReadGuard<'_, Verifier> {
        self.verifier.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn replace_verifier(&self, verifier: Verifier) {
        let mut current = self
            .verifier
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = verifier;
    }

    /// Whether every delivery is refused here, because only tenants have secrets.
    pub(crate) fn is_template(&self) -> bool {
        // Without a secret too, but what is fetched needs none.
        let fetcher = self.shared.fetcher.as_ref();
        self.is_template && fetcher.is_none_or(Fetcher::is_template)
    }

    /// Whether every delivery is one of a tenant, and this is their template.
    #[cfg(feature = "inbox")]
    pub(crate) fn has_tenants(&self) -> bool {
        self.is_template() && self.tenant.is_empty()
    }

    /// The scope of a tenant whose secrets are not known here: it verifies nothing.
    #[cfg(feature = "inbox")]
    pub(crate) fn of_tenant(&self, name: &str) -> Arc<Self> {
        let verifier = self.verifier().clone();
        Self::new(Arc::clone(&self.shared), name.into(), verifier, true)
    }

    /// Refuses what a template verified. Nobody has its secret, but a key that is fetched by its
    /// name verifies for every tenant.
    pub(crate) fn admit(&self) -> Result<(), RejectionKind> {
        match self.is_template {
            true => Err(RejectionKind::UnknownTenant),
            false => Ok(()),
        }
    }

    /// See [`Endpoint::begin`](crate::Endpoint::begin).
    #[inline]
    pub(crate) fn begin(self: &Arc<Self>, head: &Head<'_>) -> Begun {
        let mut watch = Watch::begin(self);
        if let Some(responder) = &self.shared.responder {
            match watch.in_scope(|| self.answer_head(responder, head)) {
                Ok(None) => {}
                Ok(Some(answer)) => {
                    self.challenge_answered(&mut watch);
                    return Begun::Answer(answer);
                }
                Err(rejection) => {
                    watch.refused(&rejection);
                    return Begun::Refused(rejection);
                }
            }
        }
        match self.open(head) {
            Ok((mut intake, now)) => {
                watch.arrived_at(now);
                intake.watch(watch);
                Begun::Read(intake)
            }
            Err(rejection) => Begun::Refused(self.refuse_open(head, rejection, watch)),
        }
    }

    /// Refuses a head.
    fn refuse_open(&self, head: &Head<'_>, rejection: Rejection, mut watch: Watch) -> Rejection {
        let rejection = rejection.with_unread_body();
        let claimed = || self.shared.wanted.claimed_id(head);
        let rejection = watch.in_scope(|| self.refuse(rejection, claimed));
        watch.refused(&rejection);
        rejection
    }

    /// See [`Endpoint::refuse`](crate::Endpoint::refuse).
    pub(crate) fn refuse_unbegun(&self, rejection: Rejection) -> Rejection {
        self.reject_watched(rejection, &mut Watch::begin(self))
    }

    /// Counts, logs and reports a refusal of what is watched, and returns it.
    pub(crate) fn reject_watched(&self, rejection: Rejection, watch: &mut Watch) -> Rejection {
        let rejection = watch.in_scope(|| self.reject(rejection));
        watch.refused(&rejection);
        rejection
    }

    /// See [`Endpoint::refuse_head`](crate::Endpoint::refuse_head).
    pub(crate) fn refuse_head(self: &Arc<Self>, head: &Head<'_>) -> Option<Rejection> {
        let responder = self.shared.responder.as_ref();
        if responder.is_some_and(|responder| responder.may_answer(head)) {
            return None;
        }
        let rejection = self.open(head).err()?;
        if rejection.kind() == RejectionKind::BadSignature {
            return None;
        }
        Some(self.refuse_open(head, rejection, Watch::begin(self)))
    }

    /// Counts, logs and reports a refusal, and returns it.
    pub(crate) fn reject(&self, rejection: Rejection) -> Rejection {
        self.refuse(rejection, || None)
    }

    fn refuse(
        &self,
        mut rejection: Rejection,
        claimed_id: impl FnOnce() -> Option<EscapedId>,
    ) -> Rejection {
        if self.is_template && rejection.kind() == RejectionKind::BadSignature {
            rejection.kind = RejectionKind::UnknownTenant;
        }
        let observer = &self.shared.observer;
        observer.rejected(self, &rejection, claimed_id);
        self.shared.with_answers(rejection)
    }

    /// Counts and logs an answered challenge.
    pub(crate) fn challenge_answered(&self, watch: &mut Watch) {
        let observer = &self.shared.observer;
        watch.in_scope(|| observer.challenge_answered(self));
        watch.end(DeliveryOutcome::Challenge);
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

    /// The intake for the body, and the time of the clock.
    fn open(self: &Arc<Self>, head: &Head<'_>) -> Result<(Intake, UnixTime), Rejection> {
        let shared = &self.shared;
        let provider = &shared.provider;
        if !provider.methods().contains(&head.method) {
            let rejection = Rejection::new(RejectionKind::MethodNotAllowed);
            let responder = shared.responder.as_ref();
            let also = responder.and_then(|responder| responder.further_method(head.method));
            return Err(rejection.allow(provider.methods()).allow_also(also));
        }
        let now = shared.now().ok_or(RejectionKind::ClockUnavailable)?;
        if let Some(fetcher) = &shared.fetcher {
            let named = fetcher.spec.read_head(head)?;
            let intake = Intake::of_notification(Arc::clone(self), head, named)?;
            return Ok((intake, now));
        }
        let verifier = self.verifier();
        let mut intake = Intake::new(Arc::clone(self));
        let id = match verifier.start_in(intake.verification(), head, now) {
            Ok(id) => id,
            Err(kind) => return Ok((self.open_unsigned(head, kind)?, now)),
        };
        intake.read_head(head, id)?;
        #[cfg(feature = "inbox")]
        intake.keep_head(head, now);
        if shared.keeps_keys {
            intake.keep_keys(verifier.clone());
        }
        Ok((intake, now))
    }

    /// A request that is refused because it has no signature may be an unsigned challenge.
    #[cold]
    fn open_unsigned(
        self: &Arc<Self>,
        head: &Head<'_>,
        refused: RejectionKind,
    ) -> Result<Intake, Rejection> {
        let responder = self.shared.responder.as_ref();
        let is_open = responder.is_some_and(|responder| responder.reads_unsigned(head));
        if refused != RejectionKind::MissingHeader || !is_open {
            return Err(refused.into());
        }
        Intake::unsigned(Arc::clone(self), head).map_err(|_| refused.into())
    }
}
