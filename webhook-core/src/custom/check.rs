//! What the schemes of this folder are made of: a check that streams, and one that waits for the end.

use crate::algorithm::{Algorithm, RunningDigest, RunningMac};
use crate::custom::Asked;
use crate::error::RejectionKind;
use crate::grammar::Candidates;
use crate::scheme::{Coverage, Encoding};
use crate::time::{Staleness, Stamp, TimeUnit, Tolerance, UnixTime};
use crate::verifier::Verified;

/// A check that has seen the head.
pub(crate) trait Check: Send + Sync {
    /// Takes the next bytes of the body.
    fn update(&mut self, bytes: &[u8]);

    /// The key it cannot go on without, once the body is complete.
    #[cfg(feature = "asymmetric")]
    fn wanted(&mut self) -> Option<&crate::keys::KeyQuery> {
        None
    }

    /// Takes the keys of that name.
    #[cfg(feature = "asymmetric")]
    fn supply(&mut self, _keys: &[crate::algorithm::public::PublicKey]) {}

    /// The address of a subscription that a verified delivery wants confirmed. Called after [`finish`](Self::finish).
    #[cfg(feature = "asymmetric")]
    fn confirmation(&mut self) -> Option<String> {
        None
    }

    /// What was in the body, where the event is inside. Called after [`finish`](Self::finish).
    fn opened(&mut self) -> Option<Vec<u8>> {
        None
    }

    /// The body is complete. Called once.
    fn finish(&mut self) -> Result<Verified, RejectionKind>;
}

/// What a check at the end of the body found.
pub(crate) struct Finding {
    pub(crate) slot: Option<usize>,
    pub(crate) time: Option<UnixTime>,
    /// SHA-256 of what was signed, where that is not the body byte for byte.
    pub(crate) message: Option<[u8; 32]>,
}

impl Finding {
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
pub(crate) struct Settled(pub(crate) Verified);

impl Check for Settled {
    fn update(&mut self, _: &[u8]) {}

    fn finish(&mut self) -> Result<Verified, RejectionKind> {
        Ok(self.0)
    }
}

/// A check that keeps the body and is made at its end.
struct Whole<C> {
    body: Vec<u8>,
    check: C,
    opened: Option<Vec<u8>>,
}

/// What a check of a whole body finds, and what was in that.
type Opened = Result<(Verified, Option<Vec<u8>>), RejectionKind>;

pub(crate) fn whole(
    mut check: impl FnMut(&[u8]) -> Result<Verified, RejectionKind> + Send + Sync + 'static,
) -> Box<dyn Check> {
    whole_opened(move |body| Ok((check(body)?, None)))
}

/// As [`whole`], of a body with the event inside.
pub(crate) fn whole_opened(
    check: impl FnMut(&[u8]) -> Opened + Send + Sync + 'static,
) -> Box<dyn Check> {
    Box::new(Whole {
        body: Vec::new(),
        check,
        opened: None,
    })
}

impl<C: FnMut(&[u8]) -> Opened + Send + Sync> Check for Whole<C> {
    fn update(&mut self, bytes: &[u8]) {
        self.body.extend_from_slice(bytes);
    }

    fn finish(&mut self) -> Result<Verified, RejectionKind> {
        let (verified, opened) = (self.check)(&self.body)?;
        self.opened = opened;
        Ok(verified)
    }

    fn opened(&mut self) -> Option<Vec<u8>> {
        self.opened.take()
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
        asked: &Asked<'_>,
        algorithm: Algorithm,
        tag: &[u8],
        encoding: Encoding,
    ) -> Result<Self, RejectionKind> {
        Ok(Self {
            macs: asked.keys.iter().map(|key| algorithm.key(key)).collect(),
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

    fn finish(&mut self) -> Result<Verified, RejectionKind> {
        let suffix = std::mem::take(&mut self.suffix);
        self.sign(&suffix);
        let tags = self.macs.iter_mut().map(RunningMac::finish);
        let slot = first(tags.map(|tag| self.candidates.contain(&tag)));
        let (time, message) = (self.time, None);
        Finding {
            slot,
            time,
            message,
        }
        .verified(self.coverage)
    }
}

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

/// The time, if it is one and neither stale nor of the future.
pub(crate) fn fresh(
    text: &[u8],
    unit: TimeUnit,
    now: UnixTime,
    tolerance: Option<Tolerance>,
) -> Result<UnixTime, RejectionKind> {
    let tolerance = tolerance.ok_or(RejectionKind::Malformed)?;
    let stamp = Stamp::parse(text, unit).ok_or(RejectionKind::Malformed)?;
    match stamp.staleness(now, tolerance) {
        Staleness::Fresh => Ok(stamp.time),
        Staleness::Stale => Err(RejectionKind::Stale),
        Staleness::Future => Err(RejectionKind::Future),
    }
}
