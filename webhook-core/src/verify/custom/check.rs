//! Building blocks of the schemes in this folder: a check that streams, and one that waits for the
//! end.

use std::borrow::Cow;

use crate::crypto::{Algorithm, RunningDigest, RunningMac};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::provider::{Check, CheckInput, Coverage, Verified};
use crate::secret::Keys;
use crate::time::UnixTime;
use crate::verify::Candidates;

/// The result of a check at the end of the body.
pub(crate) struct CheckResult {
    pub(crate) slot: Option<usize>,
    pub(crate) time: Option<UnixTime>,
    /// SHA-256 of the signed message, if it differs from the body.
    pub(crate) message: Option<[u8; 32]>,
}

impl CheckResult {
    /// Verified, if a key matched.
    pub(crate) fn verified(self, coverage: Coverage) -> Result<Verified, RejectionKind> {
        Ok(Verified {
            coverage,
            key_slot: self.slot.ok_or(RejectionKind::BadSignature)?,
            time: self.time,
            message: self.message,
        })
    }
}

/// A check that the head has decided.
pub(crate) struct Decided(pub(crate) Verified);

impl Check for Decided {
    fn finish(&mut self, _: &[u8]) -> Result<Verified, RejectionKind> {
        Ok(self.0)
    }
}

/// A check that runs when the body is complete.
struct Whole<C, O> {
    check: C,
    unwrapped: O,
}

pub(crate) fn whole(
    check: impl FnMut(&[u8]) -> Result<Verified, RejectionKind> + Send + Sync + 'static,
) -> Box<dyn Check> {
    whole_unwrapped(check, |_| None)
}

/// Like [`whole`], for a body that wraps the event. `unwrapped` extracts it after the body is
/// verified.
pub(crate) fn whole_unwrapped(
    check: impl FnMut(&[u8]) -> Result<Verified, RejectionKind> + Send + Sync + 'static,
    unwrapped: impl Fn(&[u8]) -> Option<Cow<'_, [u8]>> + Send + Sync + 'static,
) -> Box<dyn Check> {
    Box::new(Whole { check, unwrapped })
}

impl<C, O> Check for Whole<C, O>
where
    C: FnMut(&[u8]) -> Result<Verified, RejectionKind> + Send + Sync,
    O: Fn(&[u8]) -> Option<Cow<'_, [u8]>> + Send + Sync,
{
    fn finish(&mut self, body: &[u8]) -> Result<Verified, RejectionKind> {
        (self.check)(body)
    }

    fn unwrapped<'b>(&mut self, body: &'b [u8]) -> Option<Cow<'b, [u8]>> {
        (self.unwrapped)(body)
    }
}

/// Keyed hashes over the body as it arrives, one for each key.
pub(crate) struct Codes {
    macs: Vec<RunningMac>,
    candidates: Candidates,
    /// The bytes after the body.
    pub(crate) suffix: Vec<u8>,
    pub(crate) time: Option<UnixTime>,
    coverage: Coverage,
}

impl Codes {
    /// One hash for each key, and the tag of the request.
    pub(crate) fn new(
        asked: &CheckInput<'_>,
        algorithm: Algorithm,
        tag: &[u8],
        encoding: Encoding,
    ) -> Result<Self, RejectionKind> {
        Ok(Self::of(asked, one_tag(tag, encoding, algorithm)?))
    }

    /// One hash for each key, and the tags of the request.
    pub(crate) fn of(asked: &CheckInput<'_>, candidates: Candidates) -> Self {
        Self {
            macs: asked.keys.macs().collect(),
            candidates,
            suffix: Vec::new(),
            time: None,
            coverage: asked.scheme.coverage(),
        }
    }

    /// Hashes the same bytes with every key.
    pub(crate) fn sign(&mut self, bytes: &[u8]) {
        for mac in &mut self.macs {
            mac.update(bytes);
        }
    }

    /// Hashes different bytes with each key.
    pub(crate) fn sign_own<'k>(&mut self, own: impl Iterator<Item = &'k [u8]>) {
        for (mac, bytes) in self.macs.iter_mut().zip(own) {
            mac.update(bytes);
        }
    }
}

impl Check for Codes {
    fn update(&mut self, bytes: &[u8]) {
        self.sign(bytes);
    }

    fn finish(&mut self, _: &[u8]) -> Result<Verified, RejectionKind> {
        let suffix = std::mem::take(&mut self.suffix);
        self.sign(&suffix);
        let tags = self.macs.iter_mut().map(RunningMac::finish);
        let slot = first(tags.map(|tag| self.candidates.contain(&tag)));
        let (time, message) = (self.time, None);
        CheckResult {
            slot,
            time,
            message,
        }
        .verified(self.coverage)
    }
}

/// The keyed hashes of a message that is written piece by piece, and its digest.
pub(crate) struct Writing {
    macs: Vec<RunningMac>,
    digest: RunningDigest,
}

impl Writing {
    pub(crate) fn new(keys: &Keys) -> Self {
        Self {
            macs: keys.macs().collect(),
            digest: RunningDigest::new(),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.update_codes(bytes);
        self.digest.update(bytes);
    }

    /// Hashes signed bytes that are not part of the digest, so that they do not distinguish
    /// deliveries.
    pub(crate) fn update_codes(&mut self, bytes: &[u8]) {
        for mac in &mut self.macs {
            mac.update(bytes);
        }
    }

    /// The slot of the key that made the tag, and the digest of the message.
    pub(crate) fn finding(mut self, candidates: &Candidates) -> CheckResult {
        let tags = self.macs.iter_mut().map(RunningMac::finish);
        CheckResult {
            slot: first(tags.map(|tag| candidates.contain(&tag))),
            time: None,
            message: Some(self.digest.finish()),
        }
    }
}

/// The maximum length of one of several values that are read from an unverified body, in bytes.
pub(crate) const MAX_FIELD: usize = 2 * 1024;

/// The candidates of a delivery with one tag.
pub(crate) fn one_tag(
    spelled: &[u8],
    encoding: Encoding,
    algorithm: Algorithm,
) -> Result<Candidates, RejectionKind> {
    let mut candidates = Candidates::new();
    candidates.push(spelled, encoding, algorithm.tag_len())?;
    candidates.check()?;
    Ok(candidates)
}

/// The first slot that matches. All are compared.
pub(crate) fn first(slots: impl Iterator<Item = bool>) -> Option<usize> {
    slots
        .enumerate()
        .fold(None, |slot, (i, matches)| slot.or(matches.then_some(i)))
}

/// SHA-256 of the signed message.
pub(crate) fn digest_of(signed: &[u8]) -> [u8; 32] {
    let mut digest = RunningDigest::new();
    digest.update(signed);
    digest.finish()
}
