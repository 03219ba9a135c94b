//! Decides what a complete body is: an event, a challenge, or neither.

use std::sync::OnceLock;

use bytes::Bytes;

use crate::answer::Answer;
use crate::crypto::RunningDigest;
use crate::delivery::arrival::Challenged;
use crate::delivery::identity::both;
use crate::delivery::{Envelope, HandshakeResponder, IdentityInput, Proof, Record};
use crate::error::RejectionKind;
use crate::keys::Confirmation;
use crate::notification::Notification;
use crate::observe;
use crate::parse::form;
use crate::provider::{Locator, Provider, Questions, Verified};
use crate::verify::custom::digest_of;

/// What a complete body is.
pub(super) enum Judgement {
    /// An event. The record contains everything that is known about it.
    Event {
        /// Set if the event is about a subscription that has to be confirmed first.
        confirmation: Option<Confirmation>,
    },
    /// A provider's challenge and its answer.
    Challenge(Answer),
}

/// The result of reading the envelope.
enum Opened {
    Challenge(Answer),
    Event { is_question: bool },
}

impl Record {
    /// Compares the signatures, reads the envelope, and computes the replay key.
    pub(super) fn judge(&mut self) -> Result<Judgement, RejectionKind> {
        if matches!(
            self.arrival.challenge.as_deref(),
            Some(Challenged::Unsigned(_))
        ) {
            return self.answer_unsigned().map(Judgement::Challenge);
        }
        let verified = self.verify()?;
        let is_question = match self.open(&verified)? {
            Opened::Challenge(answer) => return Ok(Judgement::Challenge(answer)),
            Opened::Event { is_question } => is_question,
        };
        self.proof = self.prove(verified);
        if self.scope.shared.store.is_some() {
            self.identify(&verified, is_question);
        }
        Ok(Judgement::Event {
            confirmation: self.confirmation(),
        })
    }

    /// Takes a fetched object as the delivery. Nothing else of the notification counts.
    pub(super) fn take_object(
        &mut self,
        object: Bytes,
        notification: &Notification,
    ) -> Result<(), RejectionKind> {
        self.arrival.clear();
        self.scope.shared.observer.verified();
        self.proof = Proof::FETCHED;
        self.raw = object;
        self.kind = Some(notification.topic().into());
        let envelope = Envelope::read(&self.scope.shared.wanted, &self.raw)?;
        self.body = OnceLock::from(envelope.labels(&self.raw, true)?);
        if self.id() != Some(notification.id()) {
            observe::other_object(notification.provider());
            return Err(RejectionKind::FetchFailed);
        }
        if self.scope.shared.store.is_some() {
            self.identify_object(notification);
        }
        Ok(())
    }

    /// Computes what a fetched object is remembered by: its kind, its id, and its version.
    fn identify_object(&mut self, notification: &Notification) {
        let shared = &self.scope.shared;
        let mut content = RunningDigest::new();
        content.field(notification.topic().as_bytes());
        content.field(notification.id().as_bytes());
        let version = shared
            .fetcher
            .as_ref()
            .map(|fetcher| fetcher.spec.version(&self.raw));
        match version.filter(|version| !version.is_empty()) {
            Some(version) => version.iter().for_each(|value| content.field(value)),
            None => content.field(&self.raw),
        }
        let content = content.finish();
        let remembered = shared.identity.of(
            &self.scope.key_prefix,
            IdentityInput {
                mode: None,
                id: None,
                verified: &Verified::NOTHING,
                content: || content,
                labels: &[],
                body: &|| digest_of(&self.raw),
                is_question: false,
                remembers_answers: shared.remembers_answers,
            },
        );
        self.remembered = Some(remembered);
    }

    fn answer_unsigned(&mut self) -> Result<Answer, RejectionKind> {
        let missing = RejectionKind::MissingHeader;
        let responder = self.scope.shared.responder.as_ref().ok_or(missing)?;
        let raw = self.arrival.body.freeze();
        if responder.is_probe(&raw) {
            return Ok(Answer::status_only(200));
        }
        if !responder.is_unsigned() {
            return Err(missing); // The challenge itself has to be signed.
        }
        if responder.is_encrypted() {
            return self.answer_encrypted(responder, &raw).ok_or(missing);
        }
        match responder.plain_value(&raw) {
            Some(value) => responder.unsigned(&value),
            None => Envelope::read(&self.scope.shared.wanted, &raw)
                .map_err(|_| missing)?
                .unsigned_challenge(responder),
        }
    }

    /// The answer to an encrypted challenge, if this is one. Each key takes the same steps,
    /// whatever the padding is: the time must not tell whether it is right.
    fn answer_encrypted(&self, responder: &HandshakeResponder, raw: &[u8]) -> Option<Answer> {
        let Some(Challenged::Unsigned(verifier)) = self.arrival.challenge.as_deref() else {
            return None;
        };
        let answers = verifier.decrypted(raw).map(|decrypted| {
            let envelope = Envelope::read(&self.scope.shared.wanted, &decrypted.text).ok();
            let answer = envelope.and_then(|envelope| envelope.encrypted_challenge(responder));
            answer.filter(|_| decrypted.is_intact)
        });
        answers.fold(None, Option::or)
    }

    /// Compares the signatures and keeps the body.
    fn verify(&mut self) -> Result<Verified, RejectionKind> {
        let arrival = &mut self.arrival;
        let verified = arrival.verification.conclude(arrival.body.whole())?;
        self.scope.admit()?;
        if let (Some(query), Some(keys)) = (arrival.unproven.take(), &self.scope.shared.keys) {
            // Only the owner of a fetched key can sign a delivery that it verifies.
            keys.prove(&query);
        }
        self.scope.shared.observer.verified();
        self.raw = arrival.body.freeze();
        let unwrapped = arrival.verification.unwrapped(&self.raw);
        let unwrapped = unwrapped.or_else(|| in_form(&self.scope.shared.provider, &self.raw));
        self.unwrapped = unwrapped.map(Box::new);
        Ok(verified)
    }

    /// Reads the envelope if replay protection or a challenge needs it.
    fn open(&mut self, verified: &Verified) -> Result<Opened, RejectionKind> {
        let wanted = &self.scope.shared.wanted;
        if self.scope.shared.store.is_none() && !wanted.challenges {
            return Ok(Opened::Event { is_question: false });
        }
        let vouched = verified.coverage.authenticates_body();
        let envelope = Envelope::read(wanted, self.payload())?;
        if wanted.challenges && vouched {
            let key = || match self.arrival.challenge.as_deref() {
                Some(Challenged::Keyed(verifier)) => verifier.mac(verified.key_slot),
                _ => None,
            };
            if let Some(answer) = envelope.challenge(key)? {
                return Ok(Opened::Challenge(answer));
            }
        }
        let is_form = self.unwrapped.is_some() && self.scope.shared.provider.form_field.is_some();
        let asks = is_form && self.scope.shared.provider.questions() == Questions::Forms;
        let is_question = asks || envelope.is_question();
        let labels = envelope.labels(self.payload(), vouched)?;
        self.body = OnceLock::from(labels);
        Ok(Opened::Event { is_question })
    }

    fn prove(&self, verified: Verified) -> Proof {
        let coverage = verified.coverage;
        let provider = &self.scope.shared.provider;
        let covers_id = match provider.id {
            Locator::SignedHeader => coverage.id,
            Locator::Body(_) => coverage.body,
            Locator::Query(_) => coverage.url,
            Locator::Header(_) | Locator::Xml(_) | Locator::None => false,
        };
        let covers_type = matches!(provider.kind, Locator::Body(_)) && coverage.body;
        Proof::new(verified, covers_id, covers_type)
    }

    /// Computes what the delivery is remembered by.
    fn identify(&mut self, verified: &Verified, is_question: bool) {
        let running = self.arrival.content.take();
        let query = self.arrival.query.take();
        let vouched = verified.coverage.authenticates_body();
        let (shared, raw) = (&self.scope.shared, &self.raw);
        let remembered = shared.identity.of(
            &self.scope.key_prefix,
            IdentityInput {
                mode: self.body().mode.filter(|_| vouched),
                id: self.id().filter(|_| shared.identity.uses_id()),
                verified,
                content: || {
                    let content = match (verified.message, running) {
                        (Some(message), _) => message,
                        (None, Some(running)) => running.finish(),
                        (None, None) => digest_of(raw),
                    };
                    query.map_or(content, |query| both(&content, query.as_slice()))
                },
                labels: &self.arrival.labels,
                body: &|| digest_of(raw),
                is_question,
                remembers_answers: shared.remembers_answers,
            },
        );
        self.remembered = Some(remembered);
    }

    fn confirmation(&mut self) -> Option<Confirmation> {
        self.scope.shared.keys.as_ref()?;
        let url = self.arrival.verification.confirmation()?;
        Some(Confirmation::new(self.scope.shared.provider.name(), url))
    }
}

/// The payload in the form field that the provider names. `None` if the body is not such a form.
fn in_form(provider: &Provider, body: &[u8]) -> Option<Bytes> {
    let field = provider.form_field?;
    if is_json(body) {
        return None;
    }
    let value = form::field(body, field).ok()?;
    Some(value.read().into_owned().into())
}

/// Whether a body begins as a JSON object or array, so that it is not a form.
fn is_json(body: &[u8]) -> bool {
    matches!(body.trim_ascii_start(), [b'{' | b'[', ..])
}
