//! Checks that need the complete body: a token or tag in a field, signed fields, a signed time. The
//! body is buffered, and its content is not trusted before the check.

use std::borrow::Cow;

use crate::crypto::{Algorithm, RunningDigest, Tag, constant_time_eq};
use crate::error::RejectionKind;
use crate::parse::json::{Values, field};
use crate::provider::{Authentication, Location, Part, TimeLocation, Verified};
use crate::request::{Head, MAX_VALUE};
use crate::time::UnixTime;
use crate::verify::Candidates;
use crate::verify::custom::{MAX_FIELD, first};
use crate::verify::head::read_tags;
use crate::verify::prepared::Prepared;

/// A check that waits for the end of the body and then borrows it.
pub(crate) struct BufferedCheck {
    prepared: Prepared,
    /// The tags from the head, if it has them.
    candidates: Candidates,
    now: UnixTime,
}

impl BufferedCheck {
    /// Reads from the head what the check needs at the end of the body.
    pub(super) fn start(
        prepared: &Prepared,
        head: &Head<'_>,
        now: UnixTime,
    ) -> Result<Self, RejectionKind> {
        let scheme = &prepared.plan.scheme;
        let mut candidates = Candidates::new();
        let in_body = matches!(scheme.location, Location::BodyField(_));
        if let (Some(algorithm), false) = (scheme.algorithm(), in_body) {
            read_tags(scheme, head, |spelled| {
                candidates.push(spelled, scheme.encoding, algorithm.tag_len())
            })?;
            candidates.check()?;
        }
        Ok(Self {
            prepared: prepared.clone(),
            candidates,
            now,
        })
    }

    /// Verifies the complete body.
    pub(crate) fn finish(&mut self, body: &[u8]) -> Result<Verified, RejectionKind> {
        let values = Values::read(body, self.pointers())?;
        let slot = match self.prepared.plan.scheme.authentication {
            Authentication::Mac { algorithm, parts } => {
                self.tag_slot(algorithm, parts, body, &values)?
            }
            Authentication::Token | Authentication::Basic | Authentication::Custom(_) => {
                self.token_slot(&values)?
            }
        };
        Ok(Verified {
            coverage: self.prepared.plan.coverage,
            key_slot: slot.ok_or(RejectionKind::BadSignature)?,
            time: self.time(body)?,
            message: self.message(&values)?,
        })
    }

    /// The slot of the key that made the tag.
    fn tag_slot(
        &mut self,
        algorithm: Algorithm,
        parts: &[Part],
        body: &[u8],
        values: &Values<'_>,
    ) -> Result<Option<usize>, RejectionKind> {
        if let Some(spelled) = self.proof(values)? {
            let encoding = self.prepared.plan.scheme.encoding;
            self.candidates
                .push(spelled.as_bytes(), encoding, algorithm.tag_len())?;
        }
        self.candidates.check()?;
        let tags = self.tags(parts, body, values)?;
        Ok(first(tags.iter().map(|tag| self.candidates.contain(tag))))
    }

    /// The slot of the token in the body.
    fn token_slot(&self, values: &Values<'_>) -> Result<Option<usize>, RejectionKind> {
        let sent = self.proof(values)?;
        let sent = sent.ok_or(RejectionKind::MissingHeader)?;
        if sent.is_empty() {
            return Err(RejectionKind::Malformed);
        }
        let tokens = self.prepared.keys.texts();
        Ok(first(
            tokens.map(|token| constant_time_eq(token, sent.as_bytes())),
        ))
    }

    /// The pointers to read before the tag can be checked.
    fn pointers(&self) -> Vec<&'static str> {
        let mut pointers = Vec::new();
        if let Location::BodyField(pointer) = self.prepared.plan.scheme.location {
            pointers.push(pointer);
        }
        for part in self.prepared.plan.scheme.parts() {
            if let Part::Field(pointer) = part {
                pointers.push(pointer);
            }
        }
        pointers
    }

    /// SHA-256 of the signed message without the secret, if the message does not include the body.
    /// As in the message, nothing separates the fields. So bytes moved from one field to the next
    /// give the same digest.
    fn message(&self, values: &Values<'_>) -> Result<Option<[u8; 32]>, RejectionKind> {
        let coverage = self.prepared.plan.coverage;
        if coverage.body || coverage.is_sender_only() {
            return Ok(None);
        }
        let mut digest = RunningDigest::new();
        for part in self.prepared.plan.scheme.parts() {
            match part {
                Part::Literal(text) => digest.update(text.as_bytes()),
                Part::Field(pointer) => {
                    let text = values.text(pointer, MAX_FIELD)?.unwrap_or_default();
                    digest.update(text.as_bytes());
                }
                _ => {}
            }
        }
        Ok(Some(digest.finish()))
    }

    /// The tag or token in the body.
    fn proof<'v>(&self, values: &'v Values<'_>) -> Result<Option<Cow<'v, str>>, RejectionKind> {
        let Location::BodyField(pointer) = self.prepared.plan.scheme.location else {
            return Ok(None);
        };
        let found = values.text(pointer, MAX_VALUE)?;
        found.map(Some).ok_or(RejectionKind::MissingHeader)
    }

    /// The tag by each key.
    fn tags(
        &self,
        parts: &[Part],
        body: &[u8],
        values: &Values<'_>,
    ) -> Result<Vec<Tag>, RejectionKind> {
        let keys = &self.prepared.keys;
        let macs = keys.macs().zip(keys.texts());
        macs.map(|(mut mac, secret)| {
            for part in parts {
                match part {
                    Part::Literal(text) => mac.update(text.as_bytes()),
                    Part::Body => mac.update(body),
                    Part::Secret => mac.update(secret),
                    Part::Field(pointer) => {
                        let text = values.text(pointer, MAX_FIELD)?;
                        mac.update(text.ok_or(RejectionKind::Malformed)?.as_bytes());
                    }
                    // The other parts belong to the head. Such a scheme is refused when it is
                    // constructed.
                    _ => return Err(RejectionKind::BadSignature),
                }
            }
            Ok(mac.finish())
        })
        .collect()
    }

    /// The time in the body. Called once it is known to be signed.
    fn time(&self, body: &[u8]) -> Result<Option<UnixTime>, RejectionKind> {
        let Some(source) = self.prepared.plan.scheme.time else {
            return Ok(None);
        };
        let TimeLocation::Body(pointer) = source.at else {
            return Ok(None);
        };
        let text = field(body, pointer)?.ok_or(RejectionKind::Malformed)?;
        self.prepared
            .plan
            .fresh_time(Some(text.as_bytes()), self.now)
    }
}
