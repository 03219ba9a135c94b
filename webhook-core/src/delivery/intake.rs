//! The body's way through the engine: begin, push, finish.

use bytes::{Buf, Bytes};
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::answer::{Answer, Rejection};
use crate::crypto::RunningDigest;
use crate::delivery::envelope::is_label;
use crate::delivery::head_labels::{
    check_body_headers, digest_query, header_label, identifying_label,
};
use crate::delivery::responder::MAX_UNSIGNED;
use crate::delivery::{Checked, Delivery, Envelope, IdentityInput, Pending, Proof, Record, Shared};
use crate::error::RejectionKind;
use crate::keys::{Confirmation, FetchedKeys, KeyQuery};
use crate::provider::{Locator, Verified};
use crate::request::Head;
use crate::request::buffer::Buffer;
use crate::verify::custom::digest_of;
use crate::verify::{Verification, Verifier};

/// A delivery whose head was found good and whose body is arriving.
#[must_use]
pub struct Intake {
    shared: Arc<Shared>,
    verification: Verification,
    body: Buffer,
    /// Boxed, because most deliveries have an id and need none, and all are moved.
    content: Option<Box<RunningDigest>>,
    id: Option<Box<str>>,
    kind: Option<Box<str>>,
    labels: Vec<Option<Box<str>>>,
    challenge: Challenged,
    /// The name of a fetched key that has verified nothing yet.
    unproven: Option<Box<KeyQuery>>,
}

/// How a body may be a challenge.
enum Challenged {
    /// As the envelope says.
    AsUsual,
    /// It has no signature, so it is one or it is refused.
    Unsigned,
    /// It is answered with the keys that verify it.
    Keyed(Arc<Verifier>),
}

impl Intake {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            verification: Verification::undecided(),
            body: Buffer::new(0, 0),
            content: None,
            id: None,
            kind: None,
            labels: Vec::new(),
            challenge: Challenged::AsUsual,
            unproven: None,
            shared,
        }
    }

    /// For a request without a signature whose body may be a challenge. It is short.
    pub(crate) fn unsigned(shared: Arc<Shared>, head: &Head<'_>) -> Result<Self, RejectionKind> {
        let limit = shared.limits.body.min(MAX_UNSIGNED);
        let announced = check_body_headers(head, limit)?;
        let mut intake = Self::new(shared);
        intake.body = Buffer::new(announced, limit);
        intake.challenge = Challenged::Unsigned;
        Ok(intake)
    }

    /// Keeps the keys for an answer that is made with them.
    pub(crate) fn keep_keys(&mut self, verifier: Arc<Verifier>) {
        self.challenge = Challenged::Keyed(verifier);
    }

    pub(crate) fn verification(&mut self) -> &mut Verification {
        &mut self.verification
    }

    /// Takes from the head what is needed once the body is complete.
    pub(crate) fn read_head(
        &mut self,
        head: &Head<'_>,
        signed_id: Option<&str>,
    ) -> Result<(), RejectionKind> {
        let shared = &self.shared;
        let provider = &shared.provider;
        let announced = check_body_headers(head, shared.limits.body)?;
        self.body = Buffer::new(announced, shared.limits.body).framed(self.verification.frame());
        self.id = match provider.id {
            Locator::SignedHeader => signed_id.map(Box::from),
            Locator::Header(names) => header_label(head, names),
            Locator::Query(name) => head
                .query_value(name)?
                .filter(|id| is_label(id))
                .map(|id| id.into_owned().into()),
            Locator::Body(_) | Locator::Xml(_) | Locator::None => None,
        };
        self.kind = match provider.kind {
            Locator::Header(names) => header_label(head, names),
            _ => None,
        };
        let labels = shared.identity.label_headers().iter();
        self.labels = labels.map(|name| identifying_label(head, name)).collect();
        let by_query = matches!(provider.id, Locator::Query(_)) && self.id.is_none();
        if shared.digests_body || by_query {
            let mut digest = RunningDigest::new();
            digest_query(
                provider,
                shared.token_parameter.as_deref(),
                head,
                &mut digest,
            );
            self.content = Some(Box::new(digest));
        }
        Ok(())
    }

    /// Takes the next chunk of the body: hashed at once, and kept without a copy as long as it is the only one.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::TooLarge`] as soon as the body is longer than the limit.
    #[inline]
    pub fn push(&mut self, chunk: Bytes) -> Result<(), Rejection> {
        if chunk.len() > self.body.room() {
            return Err(self.too_large());
        }
        self.verification.update(&chunk);
        if let Some(content) = &mut self.content {
            content.update(&chunk);
        }
        self.body.push(chunk);
        Ok(())
    }

    /// As [`push`](Self::push), for a buffer of any kind, which may be in several pieces. It is not copied before it is
    /// known to fit.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::TooLarge`] as soon as the body is longer than the limit.
    #[inline]
    pub fn push_buf(&mut self, mut chunk: impl Buf) -> Result<(), Rejection> {
        let len = chunk.remaining();
        if len > self.body.room() {
            return Err(self.too_large());
        }
        self.push(chunk.copy_to_bytes(len))
    }

    fn too_large(&self) -> Rejection {
        let rejection = Rejection::new(RejectionKind::TooLarge).with_unread_body();
        self.shared.reject(rejection)
    }

    /// The body is complete: compares signatures, and reads the envelope.
    ///
    /// # Errors
    ///
    /// A bad signature; or, with a good one, an envelope that contradicts itself.
    pub fn finish(mut self) -> Result<Finished, Rejection> {
        self.conclude()
    }

    /// [`finish`](Self::finish) where it lies, for adapters that would have to move it: it is wide. It is empty afterwards, and
    /// concluded again it is not verified.
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish).
    pub fn conclude(&mut self) -> Result<Finished, Rejection> {
        self.body.close();
        if let Some(query) = self.verification.wanted(self.body.whole()) {
            match self.shared.known_key(query) {
                Ok(Some(found)) => self.supply(found),
                Ok(None) => {
                    let left = Self::new(self.shared.clone());
                    return Ok(Finished::Pending(Pending::key(std::mem::replace(
                        self, left,
                    ))));
                }
                Err(kind) => return Err(self.refuse(kind)),
            }
        }
        self.settle()
    }

    /// Takes the keys that the delivery names.
    pub(crate) fn supply(&mut self, found: FetchedKeys) {
        if !found.is_proven {
            self.unproven = self.wanted().cloned().map(Box::new);
        }
        self.verification.supply(&found.keys);
    }

    /// A fetched key has verified the delivery: nobody but its sender can bring that about.
    fn prove_key(&mut self) {
        if let (Some(query), Some(keys)) = (self.unproven.take(), &self.shared.keys) {
            keys.prove(&query);
        }
    }

    /// The rest, once all keys are there.
    pub(crate) fn settle(&mut self) -> Result<Finished, Rejection> {
        let finished = self.check();
        self.verification.forget();
        if let Ok(Finished::Answer(_)) = finished {
            self.shared.count_challenge();
        }
        finished.map_err(|kind| self.refuse(kind))
    }

    pub(crate) fn refuse(&self, kind: RejectionKind) -> Rejection {
        self.shared.reject(kind.into())
    }

    /// The key it cannot be finished without.
    pub(crate) fn wanted(&mut self) -> Option<&KeyQuery> {
        self.verification.wanted(self.body.whole())
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    fn check_unsigned(&mut self) -> Result<Finished, RejectionKind> {
        let shared = &self.shared;
        let missing = RejectionKind::MissingHeader;
        let responder = shared.responder.as_ref().ok_or(missing)?;
        let raw = self.body.freeze();
        let answer = match responder.plain_value(&raw) {
            Some(value) => responder.unsigned(&value)?,
            None => Envelope::read(&shared.wanted, &raw)
                .map_err(|_| missing)?
                .unsigned_challenge(responder)?,
        };
        Ok(Finished::Answer(answer))
    }

    fn check(&mut self) -> Result<Finished, RejectionKind> {
        if matches!(self.challenge, Challenged::Unsigned) {
            return self.check_unsigned();
        }
        let verified = self.verification.conclude(self.body.whole())?;
        self.prove_key();
        let confirmation = self.verification.confirmation();
        let shared = &self.shared;
        shared.observer.verified();
        let raw = self.body.freeze();
        let unwrapped = self.verification.unwrapped(&raw);
        let payload = unwrapped.as_ref().unwrap_or(&raw);
        let wanted = &shared.wanted;
        let coverage = verified.coverage;
        let vouched = coverage.authenticates_body();

        let body = OnceLock::new();
        let mut is_question = false;
        if shared.store.is_some() || wanted.challenges {
            let envelope = Envelope::read(wanted, payload)?;
            if wanted.challenges && vouched {
                let key = || match &self.challenge {
                    Challenged::Keyed(verifier) => verifier.mac(verified.key_slot),
                    _ => None,
                };
                if let Some(answer) = envelope.challenge(key)? {
                    return Ok(Finished::Answer(answer));
                }
            }
            is_question = envelope.is_question();
            let _ = body.set(envelope.labels(payload, vouched)?);
        }
        let covers_id = match shared.provider.id {
            Locator::SignedHeader => coverage.id,
            Locator::Body(_) => coverage.body,
            Locator::Query(_) => coverage.url,
            Locator::Header(_) | Locator::Xml(_) | Locator::None => false,
        };
        let covers_type = matches!(shared.provider.kind, Locator::Body(_)) && coverage.body;
        let delivery = Delivery::new(Record {
            shared: Arc::clone(&self.shared),
            raw,
            unwrapped: unwrapped.map(Box::new),
            id: self.id.take(),
            kind: self.kind.take(),
            body,
            proof: Proof::new(verified, covers_id, covers_type),
            replay_key: None,
            fence: None,
            attempt: 1,
        });
        let record = delivery.record();
        let key = shared.store.as_ref().map(|_| {
            let of_body = || digest_of(&record.raw);
            shared.identity.of(
                &shared.key_prefix,
                IdentityInput {
                    mode: record.body().mode.filter(|_| vouched),
                    id: record.id().filter(|_| shared.identity.uses_id()),
                    verified: &verified,
                    content: || content_digest(&verified, self.content.take(), &record.raw),
                    labels: &self.labels,
                    body: &of_body,
                    is_question,
                },
            )
        });
        let checked = Checked { delivery, key };
        if let (Some(url), Some(_)) = (confirmation, &shared.keys) {
            let confirmation = Confirmation::new(shared.provider.name(), url);
            return Ok(Finished::Pending(Pending::confirmation(
                self.shared.clone(),
                checked,
                confirmation,
            )));
        }
        Ok(Finished::Event(checked))
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intake")
            .field("provider", &self.shared.provider.name())
            .finish_non_exhaustive()
    }
}

/// The end of an [`Intake`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Finished {
    /// A genuine event. Claim it next.
    Event(Checked),
    /// A challenge of the provider, and its answer. No handler runs.
    Answer(Answer),
    /// Nobody knows yet: a key has to be asked for, or a subscription to be confirmed. [Resolve](Pending::resolve) it.
    Pending(Pending),
}

fn content_digest(
    verified: &Verified,
    running: Option<Box<RunningDigest>>,
    raw: &Bytes,
) -> [u8; 32] {
    match (verified.message, running) {
        (Some(message), _) => message,
        (None, Some(running)) => running.finish(),
        (None, None) => digest_of(raw),
    }
}
