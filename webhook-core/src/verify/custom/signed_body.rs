//! Checks of complete bodies with public keys. The message and the key are known once the body is
//! complete.

use std::borrow::Cow;

use crate::crypto::public::{Message, PublicKey, RunningMessage};
use crate::crypto::{Algorithm, RunningDigest};
use crate::error::RejectionKind;
use crate::keys::KeyQuery;
use crate::provider::{Check, Coverage, Verified};
use crate::time::UnixTime;
use crate::verify::custom::CheckResult;
use crate::verify::key_ring::KeyRing;

/// The signed content according to the body. Nothing in it is verified yet.
pub(crate) struct SignedContent {
    /// The possible signed messages.
    pub(crate) messages: Vec<Hashed>,
    pub(crate) signature: Vec<u8>,
    pub(crate) ring: KeyRing,
    /// The algorithm of the signature, if the keys are configured for another one. The sender signs
    /// with one key in two ways.
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) time: Option<UnixTime>,
    /// The payload, if the body wraps it.
    pub(crate) unwrapped: Option<Vec<u8>>,
    /// The address that confirms a subscription.
    pub(crate) confirms: Option<String>,
}

/// A message that is hashed as it is written: for the key, and for the digest that distinguishes
/// deliveries.
pub(crate) struct Hashing {
    message: RunningMessage,
    digest: RunningDigest,
}

/// The hashes of a message.
pub(crate) struct Hashed {
    message: Message<'static>,
    digest: [u8; 32],
}

impl Hashing {
    /// For an algorithm that signs a hash: RSA or ECDSA.
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        Self {
            message: algorithm.message(),
            digest: RunningDigest::new(),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.message.update(bytes);
        self.digest.update(bytes);
    }

    pub(crate) fn finish(self, algorithm: Algorithm) -> Result<Hashed, RejectionKind> {
        let message = self.message.finish(algorithm);
        Ok(Hashed {
            message: message.ok_or(RejectionKind::BadSignature)?,
            digest: self.digest.finish(),
        })
    }
}

impl SignedContent {
    /// Content without a time. Its messages distinguish deliveries.
    pub(crate) fn new(messages: Vec<Hashed>, signature: Vec<u8>, ring: KeyRing) -> Self {
        Self {
            messages,
            signature,
            ring,
            algorithm: None,
            time: None,
            unwrapped: None,
            confirms: None,
        }
    }

    /// Finds the key and the message that match the signature.
    fn verified(&self, coverage: Coverage) -> Result<Verified, RejectionKind> {
        let ring = self.keys().ok_or(RejectionKind::BadSignature)?;
        let found = self.messages.iter().find_map(|hashed| {
            let slot = ring.slot_of(&hashed.message, &self.signature)?;
            Some((slot, hashed.digest))
        });
        let (slot, digest) = found.ok_or(RejectionKind::BadSignature)?;
        CheckResult {
            slot: Some(slot),
            time: self.time,
            message: Some(digest),
        }
        .verified(coverage)
    }
}

impl SignedContent {
    /// The keys for the algorithm of the signature, in the same slots.
    fn keys(&self) -> Option<Cow<'_, KeyRing>> {
        let Some(algorithm) = self.algorithm else {
            return Some(Cow::Borrowed(&self.ring));
        };
        let keys = self.ring.public().iter();
        let keys: Option<Vec<_>> = keys.map(|key| key.for_algorithm(algorithm)).collect();
        Some(Cow::Owned(KeyRing::Public(keys?)))
    }
}

/// A check of the content that `read` finds in the body.
pub(crate) fn signed_body(
    coverage: Coverage,
    read: impl Fn(&[u8]) -> Result<SignedContent, RejectionKind> + Send + Sync + 'static,
) -> Box<dyn Check> {
    Box::new(SignedBody {
        coverage,
        read,
        content: None,
        genuine: None,
    })
}

struct SignedBody<R> {
    coverage: Coverage,
    read: R,
    /// The content of the body, once it was read.
    content: Option<Result<SignedContent, RejectionKind>>,
    /// The content, once it is verified.
    genuine: Option<SignedContent>,
}

impl<R> Check for SignedBody<R>
where
    R: Fn(&[u8]) -> Result<SignedContent, RejectionKind> + Send + Sync,
{
    fn wanted(&mut self, body: &[u8]) -> Option<&KeyQuery> {
        let content = self.content.get_or_insert_with(|| (self.read)(body));
        content.as_ref().ok()?.ring.wanted()
    }

    fn supply(&mut self, keys: &[PublicKey]) {
        if let Some(Ok(content)) = &mut self.content {
            content.ring = KeyRing::Public(keys.to_vec());
        }
    }

    fn finish(&mut self, body: &[u8]) -> Result<Verified, RejectionKind> {
        let content = match self.content.take() {
            Some(content) => content?,
            None => (self.read)(body)?,
        };
        let verified = content.verified(self.coverage)?;
        self.genuine = Some(content);
        Ok(verified)
    }

    fn unwrapped<'b>(&mut self, _: &'b [u8]) -> Option<Cow<'b, [u8]>> {
        self.genuine.as_mut()?.unwrapped.take().map(Cow::Owned)
    }

    fn confirmation(&mut self) -> Option<String> {
        self.genuine.as_mut()?.confirms.take()
    }
}
