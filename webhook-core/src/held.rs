//! Checks that have to read the body before they can be made: a token or a tag in a field, signed fields, a signed time.
//! The body is kept until its end; nothing it says is believed before the check.

use std::borrow::Cow;

use bytes::Bytes;

use crate::algorithm::{RunningDigest, Tag, constant_time_eq};
use crate::error::RejectionKind;
use crate::grammar::{Candidates, MAX_VALUE};
use crate::probe::{self, Pointers, Scalar};
use crate::scheme::{Authentication, Location, Part, Scheme, TimeLocation};
use crate::secret::KeyFormat;
use crate::time::{Staleness, Stamp, Tolerance, UnixTime};
use crate::verifier::{Key, Verified};

/// A check that waits for the end of the body.
pub(crate) struct Held {
    pub(crate) scheme: Scheme,
    pub(crate) keys: Vec<Key>,
    pub(crate) format: KeyFormat,
    /// The tags of the head, where that has them.
    pub(crate) candidates: Candidates,
    pub(crate) now: UnixTime,
    pub(crate) tolerance: Option<Tolerance>,
    pub(crate) body: Vec<u8>,
}

impl Held {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.body.extend_from_slice(bytes);
    }

    /// The check itself.
    pub(crate) fn finish(&mut self) -> Result<Verified, RejectionKind> {
        let scheme = self.scheme;
        let key_slot = match scheme.authentication {
            Authentication::Mac { algorithm, parts } => {
                let spelled = self.proof()?.map(Cow::into_owned);
                if let Some(spelled) = spelled {
                    self.candidates.push(
                        spelled.as_bytes(),
                        scheme.encoding,
                        algorithm.tag_len(),
                    )?;
                }
                self.candidates.check()?;
                let tags = self.tags(parts)?;
                let slots = tags.iter().map(|tag| self.candidates.contain(tag));
                first(slots)
            }
            Authentication::Token | Authentication::Basic | Authentication::Custom(_) => {
                let sent = self.proof()?.ok_or(RejectionKind::MissingHeader)?;
                if sent.is_empty() || sent.len() > MAX_VALUE {
                    return Err(RejectionKind::Malformed);
                }
                first(self.keys.iter().map(|key| match key {
                    Key::Text(token) => constant_time_eq(token, sent.as_bytes()),
                    Key::Mac(..) => false,
                    #[cfg(feature = "asymmetric")]
                    Key::Public(_) => false,
                }))
            }
        };
        Ok(Verified {
            coverage: scheme.coverage(),
            key_slot: key_slot.ok_or(RejectionKind::BadSignature)?,
            time: self.time()?,
            message: self.message()?,
        })
    }

    /// SHA-256 of what was signed, but for the secret, where the body is no part of it. As it is signed, without a mark between fields:
    /// what can be moved from one into the next is the same message.
    fn message(&self) -> Result<Option<[u8; 32]>, RejectionKind> {
        let coverage = self.scheme.coverage();
        if coverage.body || coverage.is_sender_only() {
            return Ok(None);
        }
        let mut digest = RunningDigest::new();
        for part in self.scheme.parts() {
            match part {
                Part::Literal(text) => digest.update(text.as_bytes()),
                Part::Field(pointer) => {
                    digest.update(field(&self.body, pointer)?.unwrap_or_default().as_bytes());
                }
                _ => {}
            }
        }
        Ok(Some(digest.finish()))
    }

    /// The tag or token in the body.
    fn proof(&self) -> Result<Option<Cow<'_, str>>, RejectionKind> {
        let found = match self.scheme.location {
            Location::BodyField(pointer) => field(&self.body, pointer)?,
            Location::FormField {
                field: name,
                pointer,
            } => {
                let json = self.in_form(name)?;
                field(json.as_bytes(), pointer)?.map(|text| Cow::Owned(text.into_owned()))
            }
            _ => return Ok(None),
        };
        found.map(Some).ok_or(RejectionKind::MissingHeader)
    }

    /// The field of a form, which has to be there once.
    fn in_form(&self, name: &str) -> Result<Cow<'_, str>, RejectionKind> {
        let mut values = form_urlencoded::parse(&self.body).filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(RejectionKind::AmbiguousHeader),
            (value, None) => value
                .map(|(_, value)| value)
                .ok_or(RejectionKind::MissingHeader),
        }
    }

    /// The document in a form.
    pub(crate) fn opened(&self) -> Option<Vec<u8>> {
        match self.scheme.location {
            Location::FormField { field: name, .. } => {
                let json = self.in_form(name).ok()?;
                Some(json.into_owned().into_bytes())
            }
            _ => None,
        }
    }

    /// The tag of every key.
    fn tags(&self, parts: &[Part]) -> Result<Vec<Tag>, RejectionKind> {
        let macs = self.keys.iter().filter_map(|key| match key {
            Key::Mac(mac, text) => Some((mac.clone(), self.format.split(text))),
            Key::Text(_) => None,
            #[cfg(feature = "asymmetric")]
            Key::Public(_) => None,
        });
        macs.map(|(mut mac, (login, secret))| {
            for part in parts {
                match part {
                    Part::Literal(text) => mac.update(text.as_bytes()),
                    Part::Body => mac.update(&self.body),
                    Part::Secret => mac.update(secret),
                    Part::Login => mac.update(login),
                    Part::Field(pointer) => {
                        let text = field(&self.body, pointer)?;
                        mac.update(text.ok_or(RejectionKind::Malformed)?.as_bytes());
                    }
                    // The others are of the head, and refused where the scheme is made.
                    _ => return Err(RejectionKind::BadSignature),
                }
            }
            Ok(mac.finish())
        })
        .collect()
    }

    /// The time in the body, once it is known to be signed.
    fn time(&self) -> Result<Option<UnixTime>, RejectionKind> {
        let (Some(source), Some(tolerance)) = (self.scheme.time, self.tolerance) else {
            return Ok(None);
        };
        let TimeLocation::Body(pointer) = source.at else {
            return Ok(None);
        };
        let text = field(&self.body, pointer)?.ok_or(RejectionKind::Malformed)?;
        let stamp = Stamp::parse(text.as_bytes(), source.unit).ok_or(RejectionKind::Malformed)?;
        match stamp.staleness(self.now, tolerance) {
            Staleness::Fresh => Ok(Some(stamp.time)),
            Staleness::Stale => Err(RejectionKind::Stale),
            Staleness::Future => Err(RejectionKind::Future),
        }
    }
}

/// The first slot of those that match; all are looked at.
fn first(slots: impl Iterator<Item = bool>) -> Option<usize> {
    slots
        .enumerate()
        .fold(None, |slot, (i, matches)| slot.or(matches.then_some(i)))
}

/// The value at a pointer, as it reads.
pub(crate) fn field<'b>(
    body: &'b [u8],
    pointer: &'static str,
) -> Result<Option<Cow<'b, str>>, RejectionKind> {
    let found = probe::scan(body, &Pointers::new(&[pointer]));
    let [scalar, ..] = found.map_err(|_| RejectionKind::Malformed)?;
    Ok(match scalar {
        Some(Scalar::Text(text)) => Some(text),
        Some(Scalar::Integer(number)) => Some(number.to_string().into()),
        Some(Scalar::Bool(value)) => Some(if value { "true" } else { "false" }.into()),
        Some(Scalar::Inexact | Scalar::Null) | None => None,
    })
}

/// `body` with a field at a pointer to its top level: the way a signer puts there what a check looks for. A field that is there
/// already stays as it is, and so does a body that is no JSON object.
pub(crate) fn with_field(body: Bytes, pointer: &'static str, value: &serde_json::Value) -> Bytes {
    let name = pointer.trim_start_matches('/');
    let rest = body.trim_ascii_start().strip_prefix(b"{");
    let (Some(rest), Ok(None)) = (rest, field(&body, pointer)) else {
        return body;
    };
    let comma = if rest.trim_ascii_start().starts_with(b"}") {
        ""
    } else {
        ","
    };
    let field = format!("{{{}:{value}{comma}", serde_json::Value::from(name));
    [field.as_bytes(), rest].concat().into()
}
