//! What the schemes of this folder are made of: a check that streams, and one that waits for the end.

use std::borrow::Cow;

use crate::crypto::{Algorithm, RunningDigest, RunningMac};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::provider::{Check, CheckInput, Coverage, Verified};
use crate::secret::Keys;
use crate::time::UnixTime;
use crate::verify::Candidates;

/// What a check at the end of the body found.
pub(crate) struct CheckResult {
    pub(crate) slot: Option<usize>,
    pub(crate) time: Option<UnixTime>,
    /// SHA-256 of what was signed, where that is not the body byte for byte.
    pub(crate) message: Option<[u8; 32]>,
}

impl CheckResult {
    /// Verified, if some key matched.
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

/// A check that is made when the body is complete.
struct Whole<C, O> {
    check: C,
    unwrapped: O,
}

pub(crate) fn whole(
    check: impl FnMut(&[u8]) -> Result<Verified, RejectionKind> + Send + Sync + 'static,
) -> Box<dyn Check> {
    whole_unwrapped(check, |_| None)
}

/// As [`whole`], of a body with the event inside, which `unwrapped` finds once the body is verified.
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

/// Codes that run over the body as it comes, one for each key.
pub(crate) struct Codes {
    macs: Vec<RunningMac>,
    candidates: Candidates,
    /// What stands behind the body.
    pub(crate) suffix: Vec<u8>,
    pub(crate) time: Option<UnixTime>,
    coverage: Coverage,
}

impl Codes {
    /// One for each key, and the tag that came.
    pub(crate) fn new(
        asked: &CheckInput<'_>,
        algorithm: Algorithm,
        tag: &[u8],
        encoding: Encoding,
    ) -> Result<Self, RejectionKind> {
        Ok(Self {
            macs: asked.keys.macs().collect(),
            candidates: one_tag(tag, encoding, algorithm)?,
            suffix: Vec::new(),
            time: None,
            coverage: asked.scheme.coverage(),
        })
    }

    /// What every key's code takes next.
    pub(crate) fn sign(&mut self, bytes: &[u8]) {
        for mac in &mut self.macs {
            mac.update(bytes);
        }
    }

    /// What each key's code takes of its own.
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

/// The codes of every key over a message that is written piece by piece, and its digest.
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

    /// Of what is signed, and tells no two deliveries apart.
    pub(crate) fn update_codes(&mut self, bytes: &[u8]) {
        for mac in &mut self.macs {
            mac.update(bytes);
        }
    }

    /// Whose code is the tag that came; told apart by what was signed.
    pub(crate) fn finding(mut self, candidates: &Candidates) -> CheckResult {
        let tags = self.macs.iter_mut().map(RunningMac::finish);
        CheckResult {
            slot: first(tags.map(|tag| candidates.contain(&tag))),
            time: None,
            message: Some(self.digest.finish()),
        }
    }
}

/// Longest of several values that are read at once out of a body nobody has verified, in bytes.
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

/// The first slot of those that match; all are looked at.
pub(crate) fn first(slots: impl Iterator<Item = bool>) -> Option<usize> {
    slots
        .enumerate()
        .fold(None, |slot, (i, matches)| slot.or(matches.then_some(i)))
}

/// SHA-256 of what was signed.
pub(crate) fn digest_of(signed: &[u8]) -> [u8; 32] {
    let mut digest = RunningDigest::new();
    digest.update(signed);
    digest.finish()
}
