//! A check that has read the head.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

use crate::crypto::public::PublicKey;
use crate::error::RejectionKind;
use crate::provider::{Check, Verified};
use crate::time::UnixTime;
use crate::verify::buffered::BufferedCheck;
use crate::verify::mac::MacCheck;
use crate::verify::public_key::PublicKeyCheck;

/// A check that has read the head and takes the body next.
pub struct Verification {
    pub(super) state: State,
    pub(super) time: Option<UnixTime>,
}

#[allow(
    clippy::large_enum_variant,
    reason = "a box would be a heap allocation for every delivery"
)]
pub(super) enum State {
    /// Nothing is checked yet.
    Undecided,
    /// The head was enough to decide.
    Decided(Verified),
    /// The check needs the complete body.
    Buffered(Box<BufferedCheck>),
    /// Public keys verify the message.
    PublicKey(Box<PublicKeyCheck>),
    /// The scheme has custom code.
    Custom(Box<dyn Check>),
    Running(MacCheck, Vec<MacCheck>),
}

/// A started check, and the signed id from the head.
pub struct Started<'h> {
    /// The check.
    pub verification: Verification,
    /// The id from a header that the scheme signs. Not verified yet.
    pub id: Option<&'h str>,
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification").finish_non_exhaustive()
    }
}

impl fmt::Debug for Started<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").finish_non_exhaustive()
    }
}

impl<'h> Started<'h> {
    /// Adds another scheme that fits the head: as an alternative, or as the same values in another
    /// family of header names.
    pub(super) fn join(&mut self, other: Self, alternative: bool) -> Result<(), RejectionKind> {
        let same = self.id == other.id && self.verification.time == other.verification.time;
        match (&mut self.verification.state, other.verification.state) {
            _ if !same => return Err(RejectionKind::AmbiguousHeader),
            (State::Running(_, rest), State::Running(attempt, _)) if alternative => {
                rest.push(attempt);
            }
            (State::Running(first, _), State::Running(attempt, _)) => {
                if !first.candidates.are(&attempt.candidates) {
                    return Err(RejectionKind::AmbiguousHeader);
                }
            }
            // A decision made from the head alone stands.
            (State::Decided(_), _) | (_, State::Undecided) => {}
            (undecided, decided) => *undecided = decided,
        }
        Ok(())
    }
}

impl Verification {
    /// Starts a keyed hash and returns it in place.
    pub(super) fn run(&mut self, check: MacCheck) -> &mut MacCheck {
        self.state = State::Running(check, Vec::new());
        match &mut self.state {
            State::Running(check, _) => check,
            _ => unreachable!("the state was just set to this"),
        }
    }

    /// A check that has verified nothing. If it is finished in this state, it refuses.
    pub(crate) fn undecided() -> Self {
        Self {
            state: State::Undecided,
            time: None,
        }
    }

    /// The key that the check needs to finish.
    pub(crate) fn wanted(&mut self, body: &[u8]) -> Option<&crate::keys::KeyQuery> {
        match &mut self.state {
            State::Custom(check) => check.wanted(body),
            State::PublicKey(signed) => signed.wanted(),
            _ => None,
        }
    }

    /// The address that confirms a subscription, once the delivery is verified.
    pub(crate) fn confirmation(&mut self) -> Option<String> {
        match &mut self.state {
            State::Custom(check) => check.confirmation(),
            _ => None,
        }
    }

    pub(crate) fn supply(&mut self, keys: &[PublicKey]) {
        match &mut self.state {
            State::Custom(check) => check.supply(keys),
            State::PublicKey(signed) => signed.supply(keys),
            _ => {}
        }
    }

    /// The payload, if the body wraps it. Called once the body is verified.
    pub(crate) fn unwrapped(&mut self, body: &Bytes) -> Option<Bytes> {
        let unwrapped = match &mut self.state {
            State::Custom(check) => check.unwrapped(body),
            _ => None,
        };
        unwrapped.map(|payload| match payload {
            Cow::Borrowed(piece) => body.slice_ref(piece),
            Cow::Owned(payload) => payload.into(),
        })
    }

    /// The bytes that [`conclude`](Self::conclude) needs around the body.
    pub(crate) fn frame(&self) -> Option<(&[u8], &[u8])> {
        match &self.state {
            State::PublicKey(signed) => signed.frame(),
            _ => None,
        }
    }

    /// Resets the check, so that it has verified nothing.
    pub(crate) fn forget(&mut self) {
        self.state = State::Undecided;
    }

    /// Takes the next bytes of the body.
    #[inline]
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Running(first, rest) => {
                first.update_body(bytes);
                for attempt in rest {
                    attempt.update_body(bytes);
                }
            }
            State::PublicKey(signed) => signed.update(bytes),
            State::Custom(check) => check.update(bytes),
            State::Undecided | State::Decided(_) | State::Buffered(_) => {}
        }
    }

    /// Compares every key's tag with every candidate. `body` is the concatenation of all bytes
    /// passed to [`update`](Self::update), for schemes that need it whole: they keep no copy.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::BadSignature`] if no tag matches.
    #[inline]
    pub fn finish(mut self, body: &[u8]) -> Result<Verified, RejectionKind> {
        let framed = self
            .frame()
            .map(|(before, behind)| [before, body, behind].concat());
        self.conclude(framed.as_deref().unwrap_or(body))
    }

    /// Like [`finish`](Self::finish) in place, with the body in its [frame](Self::frame). Do not
    /// call it again: the hashes are finished.
    pub(crate) fn conclude(&mut self, whole: &[u8]) -> Result<Verified, RejectionKind> {
        let (first, rest) = match &mut self.state {
            State::Undecided => return Err(RejectionKind::BadSignature),
            State::Decided(verified) => return Ok(*verified),
            State::Buffered(held) => return held.finish(whole),
            State::PublicKey(signed) => return signed.verified(whole, self.time),
            State::Custom(check) => return check.finish(whole),
            State::Running(first, rest) => (first, rest),
        };
        // All are finished before any result is used.
        let mut verified = first.verified(self.time);
        for attempt in rest {
            let other = attempt.verified(self.time);
            verified = verified.or(other);
        }
        verified.ok_or(RejectionKind::BadSignature)
    }
}
