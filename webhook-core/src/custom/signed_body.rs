//! Checks of whole bodies with public keys: what was signed, and by which key, is known when the body is complete.

use super::jwt::Ring;
use super::{Check, Finding, digest_of};
use crate::algorithm::public::PublicKey;
use crate::error::RejectionKind;
use crate::keys::KeyQuery;
use crate::scheme::Coverage;
use crate::time::UnixTime;
use crate::verifier::Verified;

/// What a body is said to be. Nothing of it is verified.
pub(crate) struct Claim {
    /// What may have been signed.
    pub(crate) messages: Vec<Vec<u8>>,
    pub(crate) signature: Vec<u8>,
    pub(crate) ring: Ring,
    pub(crate) time: Option<UnixTime>,
    /// Whether a delivery is told apart by what was signed, rather than by its body.
    pub(crate) identifies: bool,
    /// What was in the body, where the event is inside.
    pub(crate) opened: Option<Vec<u8>>,
    /// The address of a subscription that is to be confirmed.
    pub(crate) confirms: Option<String>,
}

impl Claim {
    /// Of messages by which deliveries are told apart, and no time.
    pub(crate) fn new(messages: Vec<Vec<u8>>, signature: Vec<u8>, ring: Ring) -> Self {
        Self {
            messages,
            signature,
            ring,
            time: None,
            identifies: true,
            opened: None,
            confirms: None,
        }
    }

    /// With the key and the message that go with the signature.
    fn verified(&self, coverage: Coverage) -> Result<Verified, RejectionKind> {
        let found = self.messages.iter().find_map(|message| {
            let slot = self.ring.slot(&[message], &self.signature)?;
            Some((slot, message))
        });
        let (slot, message) = found.ok_or(RejectionKind::BadSignature)?;
        Finding {
            slot: Some(slot),
            time: self.time,
            message: self.identifies.then(|| digest_of(message)),
        }
        .verified(coverage)
    }
}

/// A check of what `read` finds in the body.
pub(crate) fn signed_body(
    coverage: Coverage,
    read: impl Fn(&[u8]) -> Result<Claim, RejectionKind> + Send + Sync + 'static,
) -> Box<dyn Check> {
    Box::new(SignedBody {
        coverage,
        read,
        body: Vec::new(),
        claim: None,
        genuine: None,
    })
}

struct SignedBody<R> {
    coverage: Coverage,
    read: R,
    body: Vec<u8>,
    /// What the body says, once that was looked at.
    claim: Option<Result<Claim, RejectionKind>>,
    /// The same, once it is verified.
    genuine: Option<Claim>,
}

impl<R: Fn(&[u8]) -> Result<Claim, RejectionKind> + Send + Sync> Check for SignedBody<R> {
    fn update(&mut self, bytes: &[u8]) {
        self.body.extend_from_slice(bytes);
    }

    fn wanted(&mut self) -> Option<&KeyQuery> {
        let claim = self.claim.get_or_insert_with(|| (self.read)(&self.body));
        claim.as_ref().ok()?.ring.wanted()
    }

    fn supply(&mut self, keys: &[PublicKey]) {
        if let Some(Ok(claim)) = &mut self.claim {
            claim.ring = Ring::Public(keys.to_vec());
        }
    }

    fn finish(&mut self) -> Result<Verified, RejectionKind> {
        let claim = match self.claim.take() {
            Some(claim) => claim?,
            None => (self.read)(&self.body)?,
        };
        let verified = claim.verified(self.coverage)?;
        self.genuine = Some(claim);
        Ok(verified)
    }

    fn opened(&mut self) -> Option<Vec<u8>> {
        self.genuine.as_mut()?.opened.take()
    }

    fn confirmation(&mut self) -> Option<String> {
        self.genuine.as_mut()?.confirms.take()
    }
}
