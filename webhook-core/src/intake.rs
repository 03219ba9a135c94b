//! The body's way through the engine: begin, push, finish.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::{Buf, Bytes};

use crate::algorithm::RunningDigest;
use crate::answer::Answer;
use crate::buffer::Buffer;
use crate::custom::digest_of;
use crate::delivery::{Delivery, Proof, Record};
use crate::endpoint::Endpoint;
use crate::envelope::{Envelope, is_label};
use crate::error::{Rejection, RejectionKind};
use crate::handshake::MAX_UNSIGNED;
use crate::head::{Found, Head};
use crate::identity;
#[cfg(feature = "asymmetric")]
use crate::keys::{Confirmation, FetchedKeys, KeyQuery};
use crate::pending::Pending;
use crate::permit::Checked;
use crate::provider::{Locator, Provider};
use crate::scheme::{Location, Scheme};
use crate::verifier::{Verification, Verified, Verifier, query_value};

/// A delivery whose head was found good and whose body is arriving.
#[must_use]
pub struct Intake {
    endpoint: Endpoint,
    verification: Verification,
    body: Buffer,
    /// Boxed, because most deliveries have an id and need none, and all are moved.
    content: Option<Box<RunningDigest>>,
    id: Option<Box<str>>,
    kind: Option<Box<str>>,
    labels: Vec<Option<Box<str>>>,
    challenge: Challenged,
    /// The name of a fetched key that has verified nothing yet.
    #[cfg(feature = "asymmetric")]
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
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        Self {
            verification: Verification::undecided(),
            body: Buffer::new(0, 0),
            content: None,
            id: None,
            kind: None,
            labels: Vec::new(),
            challenge: Challenged::AsUsual,
            #[cfg(feature = "asymmetric")]
            unproven: None,
            endpoint,
        }
    }

    /// For a request without a signature whose body may be a challenge. It is short.
    pub(crate) fn unsigned(endpoint: Endpoint, head: &Head<'_>) -> Result<Self, RejectionKind> {
        let limit = endpoint.inner().limits.body.min(MAX_UNSIGNED);
        let announced = check_body_headers(head, limit)?;
        let mut intake = Self::new(endpoint);
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
        let inner = self.endpoint.inner();
        let provider = &inner.provider;
        let announced = check_body_headers(head, inner.limits.body)?;
        self.body = Buffer::new(announced, inner.limits.body).framed(self.verification.frame());
        self.id = match provider.id {
            Locator::SignedHeader => signed_id.map(Box::from),
            Locator::Header(names) => header_label(head, names),
            Locator::Query(name) => query_value(head, name)?
                .filter(|id| is_label(id))
                .map(|id| id.into_owned().into()),
            Locator::Body(_) | Locator::Xml(_) | Locator::None => None,
        };
        self.kind = match provider.kind {
            Locator::Header(names) => header_label(head, names),
            _ => None,
        };
        let labels = inner.identity.label_headers().iter();
        self.labels = labels.map(|name| identifying_label(head, name)).collect();
        let by_query = matches!(provider.id, Locator::Query(_)) && self.id.is_none();
        if inner.digests_body || by_query {
            let mut digest = RunningDigest::new();
            digest_query(
                provider,
                inner.token_parameter.as_deref(),
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
        self.endpoint.reject(rejection)
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
        #[cfg(feature = "asymmetric")]
        if let Some(query) = self.verification.wanted(self.body.whole()) {
            match self.endpoint.known_key(query) {
                Ok(Some(found)) => self.supply(found),
                Ok(None) => {
                    let left = Self::new(self.endpoint.clone());
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
    #[cfg(feature = "asymmetric")]
    pub(crate) fn supply(&mut self, found: FetchedKeys) {
        if !found.is_proven {
            self.unproven = self.wanted().cloned().map(Box::new);
        }
        self.verification.supply(&found.keys);
    }

    /// A fetched key has verified the delivery: nobody but its sender can bring that about.
    #[cfg(feature = "asymmetric")]
    fn prove_key(&mut self) {
        if let (Some(query), Some(keys)) = (self.unproven.take(), &self.endpoint.inner().keys) {
            keys.prove(&query);
        }
    }

    /// The rest, once all keys are there.
    pub(crate) fn settle(&mut self) -> Result<Finished, Rejection> {
        let finished = self.check();
        self.verification.forget();
        if let Ok(Finished::Answer(_)) = finished {
            self.endpoint.count_challenge();
        }
        finished.map_err(|kind| self.refuse(kind))
    }

    pub(crate) fn refuse(&self, kind: RejectionKind) -> Rejection {
        self.endpoint.reject(kind.into())
    }

    /// The key it cannot be finished without.
    #[cfg(feature = "asymmetric")]
    pub(crate) fn wanted(&mut self) -> Option<&KeyQuery> {
        self.verification.wanted(self.body.whole())
    }

    #[cfg(feature = "asymmetric")]
    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn check_unsigned(&mut self) -> Result<Finished, RejectionKind> {
        let inner = self.endpoint.inner();
        let missing = RejectionKind::MissingHeader;
        let answering = inner.answering.as_ref().ok_or(missing)?;
        let raw = self.body.freeze();
        let answer = match answering.plain_value(&raw) {
            Some(value) => answering.unsigned(&value)?,
            None => Envelope::read(&inner.wanted, &raw)
                .map_err(|_| missing)?
                .unsigned_challenge(answering)?,
        };
        Ok(Finished::Answer(answer))
    }

    fn check(&mut self) -> Result<Finished, RejectionKind> {
        if matches!(self.challenge, Challenged::Unsigned) {
            return self.check_unsigned();
        }
        let verified = self.verification.conclude(self.body.whole())?;
        #[cfg(feature = "asymmetric")]
        self.prove_key();
        #[cfg(feature = "asymmetric")]
        let confirmation = self.verification.confirmation();
        let inner = self.endpoint.inner();
        inner.observer.verified();
        let raw = self.body.freeze();
        let opened = self.verification.opened(&raw);
        let payload = opened.as_ref().unwrap_or(&raw);
        let wanted = &inner.wanted;
        let coverage = verified.coverage;
        let vouched = coverage.vouches_for_body();

        let body = OnceLock::new();
        let mut is_question = false;
        if inner.store.is_some() || wanted.challenges {
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
        let covers_id = match inner.provider.id {
            Locator::SignedHeader => coverage.id,
            Locator::Body(_) => coverage.body,
            Locator::Query(_) => coverage.url,
            Locator::Header(_) | Locator::Xml(_) | Locator::None => false,
        };
        let covers_type = matches!(inner.provider.kind, Locator::Body(_)) && coverage.body;
        let delivery = Delivery::new(Record {
            endpoint: self.endpoint.clone(),
            raw,
            opened: opened.map(Box::new),
            id: self.id.take(),
            kind: self.kind.take(),
            body,
            proof: Proof::new(verified, covers_id, covers_type),
            fence: None,
            attempt: 1,
        });
        let record = delivery.record();
        let key = inner.store.as_ref().map(|_| {
            let of_body = || digest_of(&record.raw);
            inner.identity.of(
                &inner.key_prefix,
                identity::Found {
                    mode: record.body().mode.filter(|_| vouched),
                    id: record.id().filter(|_| inner.identity.uses_id()),
                    verified: &verified,
                    content: || content_digest(&verified, self.content.take(), &record.raw),
                    labels: &self.labels,
                    body: &of_body,
                    is_question,
                },
            )
        });
        let checked = Checked { delivery, key };
        #[cfg(feature = "asymmetric")]
        if let (Some(url), Some(_)) = (confirmation, &inner.keys) {
            let confirmation = Confirmation::new(inner.provider.name(), url);
            return Ok(Finished::Pending(Pending::confirmation(
                self.endpoint.clone(),
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
            .field("endpoint", &self.endpoint)
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

/// Refuses what cannot be hashed as it comes or cannot fit. Gives the announced length, zero if unknown.
fn check_body_headers(head: &Head<'_>, limit: usize) -> Result<usize, RejectionKind> {
    match head.headers.find("content-encoding") {
        Found::Absent => {}
        Found::Once(value) if value.eq_ignore_ascii_case(b"identity") => {}
        Found::Once(_) | Found::Repeated => return Err(RejectionKind::Encoding),
    }
    let Found::Once(value) = head.headers.find("content-length") else {
        return Ok(0);
    };
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(RejectionKind::BodyError);
    }
    // A length that no number holds is above every limit.
    let length = std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok());
    match length {
        Some(length) if length <= limit => Ok(length),
        _ => Err(RejectionKind::TooLarge),
    }
}

fn header_label(head: &Head<'_>, names: &[&str]) -> Option<Box<str>> {
    names.iter().find_map(|name| match head.headers.find(name) {
        Found::Once(value) => std::str::from_utf8(value)
            .ok()
            .filter(|text| is_label(text))
            .map(Box::from),
        _ => None,
    })
}

/// The value of a header that is part of a replay key: whatever it is, since another value may be
/// another event. A value that is no label is told by its digest.
fn identifying_label(head: &Head<'_>, name: &str) -> Option<Box<str>> {
    match head.headers.find(name) {
        Found::Absent => None,
        Found::Once(value) => match std::str::from_utf8(value) {
            Ok(text) if is_label(text) => Some(text.into()),
            _ => Some(const_hex::encode(digest_of(value)).into()),
        },
        Found::Repeated => Some("\0repeated".into()),
    }
}

/// The query without the token in it, for requests that say everything in their query.
fn digest_query(
    provider: &Provider,
    token_parameter: Option<&str>,
    head: &Head<'_>,
    digest: &mut RunningDigest,
) {
    if !provider.coverage().is_sender_only() {
        return;
    }
    let is_token = |key: &str| {
        let names_token =
            |scheme: &Scheme| matches!(scheme.location, Location::Query(name) if name == key);
        token_parameter == Some(key) || provider.schemes().iter().any(names_token)
    };
    let query = head.query().unwrap_or_default();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        if !is_token(&key) {
            digest.field(key.as_bytes());
            digest.field(value.as_bytes());
        }
    }
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
