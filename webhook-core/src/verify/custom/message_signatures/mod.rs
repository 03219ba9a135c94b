//! HTTP Message Signatures (RFC 9421) with the digest of the body (RFC 9530).
//!
//! The head says which parts of the request a signature covers. So the signature base is complete
//! before the body, and the body only has to match the digest that the base contains.

mod base;
mod digest;
mod input;
mod sign;
mod target;
#[cfg(all(test, feature = "asymmetric"))]
mod tests;

use crate::crypto::public::PublicKey;
use crate::crypto::{Algorithm, RunningMac};
use crate::error::RejectionKind;
use crate::keys::{KeyQuery, key_id};
use crate::parse::structured::{Dictionary, dictionary};
use crate::provider::{
    Check, CheckInput, Coverage, Custom, Draft, KID, KeySet, MessageSignatures, Verified,
};
use crate::request::{Head, MAX_VALUE};
use crate::time::UnixTime;
use crate::verify::custom::message_signatures::base::{Request, combined};
use crate::verify::custom::message_signatures::digest::BodyDigests;
use crate::verify::custom::message_signatures::input::Chosen;
use crate::verify::custom::{CheckResult, digest_of};
use crate::verify::key_ring::{KeyRing, ring_of};

impl Custom for MessageSignatures {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let input = combined(asked.head, "signature-input", MAX_VALUE)?;
        let signatures = combined(asked.head, "signature", MAX_VALUE)?;
        let (input, signatures) = (dictionary(&input)?, dictionary(&signatures)?);
        let chosen = Chosen::of(self, asked.head, &input, &signatures)?;
        let time = chosen.time(self, asked)?;
        let request = Request::new(asked.head, asked.url, self.normalizes_path);
        let digests = combined(asked.head, "content-digest", MAX_VALUE)?;
        let ring = self.ring(asked, chosen.text("keyid")?)?;
        Ok(Box::new(Running {
            base: request.signature_base(chosen.list)?,
            signature: chosen.signature,
            named: chosen.algorithm,
            digests: BodyDigests::of(&dictionary(&digests)?, self.has_base64url)?,
            ring,
            time,
            is_per_attempt: self.is_per_attempt,
            coverage: asked.scheme.coverage(),
        }))
    }

    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        let algorithm = self.algorithms.first()?;
        (!algorithm.is_public()).then(|| algorithm.key(secret))
    }

    fn public(&self) -> Option<Algorithm> {
        let first = self.algorithms.first().copied();
        first.filter(|algorithm| algorithm.is_public())
    }

    fn further_algorithms(&self) -> &'static [Algorithm] {
        self.algorithms.get(1..).unwrap_or_default()
    }

    fn key_member(&self) -> Option<&'static str> {
        self.key_set?.key_member
    }

    fn names_keys(&self) -> bool {
        self.is_public()
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        sign::sign(self, draft);
    }
}

impl MessageSignatures {
    /// The keys that the signature may be made with.
    fn ring(&self, asked: &CheckInput<'_>, id: Option<&str>) -> Result<KeyRing, RejectionKind> {
        let address = match self.key_set {
            Some(set) => set.address(asked)?,
            None => None,
        };
        if !self.is_public() {
            let own = asked.settings.get(KID);
            let is_ours = own.is_none_or(|own| id.is_some_and(|id| id.as_bytes() == own));
            return match is_ours {
                true => Ok(KeyRing::Shared(asked.keys.clone())),
                false => Err(RejectionKind::UnknownKey),
            };
        }
        ring_of(asked, id, || {
            let id = key_id(id?)?;
            Some(match address {
                Some(url) => KeyQuery::by_url(asked.provider, url, Some(id)),
                None => KeyQuery::by_id(asked.provider, id),
            })
        })
    }
}

impl KeySet {
    /// The configured address of the keys. The request must not name another one.
    fn address(&self, asked: &CheckInput<'_>) -> Result<Option<String>, RejectionKind> {
        let Some(address) = asked.settings.get(self.setting) else {
            return Ok(None);
        };
        if let Some((header, member)) = self.named_in {
            let value = combined(asked.head, header, MAX_VALUE)?;
            let named = dictionary(&value)?;
            let named = named.get(member).and_then(|member| member.text());
            if named.map(str::as_bytes) != Some(address) {
                return Err(RejectionKind::UnknownKey);
            }
        }
        Ok(Some(String::from_utf8_lossy(address).into_owned()))
    }
}

/// A signature whose base is complete.
struct Running {
    base: Vec<u8>,
    signature: Vec<u8>,
    /// The algorithm that the signature names.
    named: Option<Algorithm>,
    digests: BodyDigests,
    ring: KeyRing,
    time: Option<UnixTime>,
    is_per_attempt: bool,
    coverage: Coverage,
}

impl Running {
    /// The slot of the first key that made the signature, with its own algorithm.
    fn slot(&self) -> Option<usize> {
        if let KeyRing::Shared(_) = self.ring {
            return self.ring.slot(&[&self.base], &self.signature);
        }
        self.ring.public().iter().position(|key| {
            let algorithm = key.algorithm();
            let mut message = algorithm.message();
            message.update(&self.base);
            let message = message.finish(algorithm);
            self.named.is_none_or(|named| named == algorithm)
                && message.is_some_and(|message| key.verifies(&message, &self.signature))
        })
    }
}

impl Check for Running {
    fn update(&mut self, bytes: &[u8]) {
        self.digests.update(bytes);
    }

    fn wanted(&mut self, _: &[u8]) -> Option<&KeyQuery> {
        self.ring.wanted()
    }

    fn supply(&mut self, keys: &[PublicKey]) {
        self.ring = KeyRing::Public(keys.to_vec());
    }

    fn finish(&mut self, _: &[u8]) -> Result<Verified, RejectionKind> {
        if !std::mem::take(&mut self.digests).match_body() {
            return Err(RejectionKind::BadSignature);
        }
        CheckResult {
            slot: self.slot(),
            time: self.time,
            message: self.is_per_attempt.then(|| digest_of(&self.base)),
        }
        .verified(self.coverage)
    }
}

/// The value of a required header whose members are structured.
fn member_of(head: &Head<'_>, header: &str, name: &str) -> Result<String, RejectionKind> {
    let value = combined(head, header, MAX_VALUE)?;
    let Dictionary(members) = dictionary(&value)?;
    let member = members.iter().find(|(known, _)| *known == name);
    let (_, member) = member.ok_or(RejectionKind::MissingHeader)?;
    let mut text = String::new();
    std::fmt::Write::write_fmt(&mut text, format_args!("{member}"))
        .map_err(|_| RejectionKind::Malformed)?;
    Ok(text)
}
