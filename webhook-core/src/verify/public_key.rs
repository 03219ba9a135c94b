//! Checks with public keys. The message is hashed as it arrives, and at its end every key tries
//! every signature.

use crate::crypto::public::{Message, PublicKey, RunningMessage};
use crate::crypto::{Algorithm, RunningDigest};
use crate::error::RejectionKind;
use crate::keys::KeyQuery;
use crate::parse::Encoding;
use crate::parse::encoding::decode_long;
use crate::provider::{Coverage, Verified};
use crate::request::Head;
use crate::time::UnixTime;
use crate::verify::Verification;
use crate::verify::head::{read_tags, read_time_and_id};
use crate::verify::key_ring::{KeyRing, NamedKeys, ring_by_name};
use crate::verify::message::SignedMessage;
use crate::verify::prepared::Prepared;
use crate::verify::verification::State;

/// The maximum number of signatures in one delivery. It is lower than for keyed hashes, because
/// each signature costs tens of microseconds per key. Four are enough for a sender that rotates its
/// keys.
const MAX_SIGNATURES: usize = 4;

/// A check that waits for the end of the body without keeping it. For Ed25519, it borrows the body
/// together with the parts around it.
pub(crate) struct PublicKeyCheck {
    coverage: Coverage,
    message: RunningMessage,
    signatures: Signatures,
    /// The parts after the body.
    suffix: Vec<u8>,
    ring: KeyRing,
    /// SHA-256 of the signed message, if it does not include the body.
    digest: Option<[u8; 32]>,
}

impl PublicKeyCheck {
    /// Reads the head and hashes the parts before the body. Not inlined: the neighbouring checks of
    /// keyed hashes are register-bound.
    #[inline(never)]
    pub(super) fn start<'h>(
        prepared: &Prepared,
        algorithm: Algorithm,
        named: &NamedKeys<'_>,
        url: &str,
        head: &Head<'h>,
        now: UnixTime,
        verification: &mut Verification,
    ) -> Result<Option<&'h str>, RejectionKind> {
        let scheme = &prepared.plan.scheme;
        let mut signatures = Signatures::new();
        let time_text = read_tags(scheme, head, |spelled| {
            signatures.push(spelled, scheme.encoding, algorithm.tag_len())
        })?;
        let (time_text, id) = read_time_and_id(scheme, head, time_text)?;
        signatures.check()?;
        verification.time = prepared.plan.fresh_time(time_text, now)?;
        let message = SignedMessage {
            head,
            url,
            time: time_text.unwrap_or_default(),
            id: id.unwrap_or_default().as_bytes(),
        };
        let mut check = Self {
            coverage: prepared.plan.coverage,
            message: algorithm.message(),
            signatures,
            suffix: Vec::new(),
            ring: ring_by_name(scheme, named, head, prepared.keys.public())?,
            digest: None,
        };
        check.sign_head(prepared, &message)?;
        verification.state = State::PublicKey(Box::new(check));
        Ok(id)
    }

    /// Takes the parts around the body.
    fn sign_head(
        &mut self,
        prepared: &Prepared,
        message: &SignedMessage<'_>,
    ) -> Result<(), RejectionKind> {
        let mut digest = RunningDigest::new();
        for part in prepared.plan.before_body {
            message.write(*part, &mut |bytes| {
                self.message.update(bytes);
                digest.update(bytes);
            })?;
        }
        for part in prepared.plan.from_body {
            message.write(*part, &mut |bytes| self.suffix.extend_from_slice(bytes))?;
        }
        self.digest = prepared.plan.from_body.is_empty().then(|| digest.finish());
        Ok(())
    }

    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        if !matches!(self.message, RunningMessage::Whole(_)) {
            self.message.update(bytes);
        }
    }

    /// The parts around the body, if the algorithm needs all of them in one piece.
    pub(crate) fn frame(&self) -> Option<(&[u8], &[u8])> {
        let RunningMessage::Whole(prefix) = &self.message else {
            return None;
        };
        Some((prefix, &self.suffix))
    }

    /// The key that the check needs to finish.
    pub(crate) fn wanted(&self) -> Option<&KeyQuery> {
        self.ring.wanted()
    }

    pub(crate) fn supply(&mut self, keys: &[PublicKey]) {
        self.ring = KeyRing::Public(keys.to_vec());
    }

    /// The slot of the first key that verifies one of the signatures. The search may stop there,
    /// since neither keys nor signatures are secret.
    fn slot(&mut self, whole: &[u8]) -> Option<usize> {
        let keys = self.ring.public();
        let algorithm = keys.first()?.algorithm();
        let mut ended = std::mem::replace(&mut self.message, RunningMessage::Whole(Vec::new()));
        let message = if matches!(ended, RunningMessage::Whole(_)) {
            Message::Whole(whole.into())
        } else {
            ended.update(&self.suffix);
            ended.finish(algorithm)?
        };
        keys.iter().position(|key| {
            let mut signatures = self.signatures.0.iter().flatten();
            signatures.any(|signature| key.verifies(&message, signature))
        })
    }

    /// Verifies `whole`, which is the body with its [frame](Self::frame), if any.
    pub(crate) fn verified(
        &mut self,
        whole: &[u8],
        time: Option<UnixTime>,
    ) -> Result<Verified, RejectionKind> {
        Ok(Verified {
            coverage: self.coverage,
            key_slot: self.slot(whole).ok_or(RejectionKind::BadSignature)?,
            time,
            message: self.digest,
        })
    }
}

/// The signatures of a delivery. `None` is one that does not decode: it is counted and never
/// matches.
struct Signatures(Vec<Option<Vec<u8>>>);

impl Signatures {
    fn new() -> Self {
        Self(Vec::with_capacity(1))
    }

    /// Adds a signature as spelled in the request.
    fn push(
        &mut self,
        spelled: &[u8],
        encoding: Encoding,
        longest: usize,
    ) -> Result<(), RejectionKind> {
        if self.0.len() >= MAX_SIGNATURES {
            return Err(RejectionKind::TooManySignatures);
        }
        let signature = decode_long(spelled, encoding);
        let fits = |bytes: &Vec<u8>| !bytes.is_empty() && bytes.len() <= longest;
        self.0.push(signature.filter(fits));
        Ok(())
    }

    /// Checks that a signature could match.
    fn check(&self) -> Result<(), RejectionKind> {
        match self.0.iter().any(Option::is_some) {
            true => Ok(()),
            false if self.0.is_empty() => Err(RejectionKind::UnsupportedScheme),
            false => Err(RejectionKind::Malformed),
        }
    }
}
