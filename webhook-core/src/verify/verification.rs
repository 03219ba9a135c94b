//! A check that has seen the head and takes the body next.

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

/// A check that has seen the head and takes the body next.
pub struct Verification {
    pub(super) state: State,
    pub(super) time: Option<UnixTime>,
}

#[allow(
    clippy::large_enum_variant,
    reason = "a box would be a heap allocation for every delivery"
)]
pub(super) enum State {
    /// Nothing was checked.
    Undecided,
    /// The head was enough.
    Decided(Verified),
    /// The body has to be whole.
    Buffered(Box<BufferedCheck>),
    /// Public keys verify what is signed.
    PublicKey(Box<PublicKeyCheck>),
    /// The scheme has code of its own.
    Custom(Box<dyn Check>),
    Running(MacCheck, Vec<MacCheck>),
}

/// A started check, and what the head said in signed places.
pub struct Started<'h> {
    /// The check.
    pub verification: Verification,
    /// The id in a header that the scheme signs. Not yet verified.
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
    /// Takes in another scheme that the head fits too: as an alternative, or as the same in another family of names.
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
            // What the head alone has decided stays decided.
            (State::Decided(_), _) | (_, State::Undecided) => {}
            (undecided, decided) => *undecided = decided,
        }
        Ok(())
    }
}

impl Verification {
    /// Sets a keyed hash to work, and gives it where it lies now.
    pub(super) fn run(&mut self, check: MacCheck) -> &mut MacCheck {
        self.state = State::Running(check, Vec::new());
        match &mut self.state {
            State::Running(check, _) => check,
            _ => unreachable!("it was set to this just above"),
        }
    }

    /// One that has verified nothing: finished as it is, it refuses.
    pub(crate) fn undecided() -> Self {
        Self {
            state: State::Undecided,
            time: None,
        }
    }

    /// The key it cannot be finished without.
    pub(crate) fn wanted(&mut self, body: &[u8]) -> Option<&crate::keys::KeyQuery> {
        match &mut self.state {
            State::Custom(check) => check.wanted(body),
            State::PublicKey(signed) => signed.wanted(),
            _ => None,
        }
    }

    /// The address of a subscription that it wants confirmed, once it is verified.
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

    /// What was in the body, once it is verified, where the event is inside.
    pub(crate) fn unwrapped(&mut self, body: &Bytes) -> Option<Bytes> {
        let unwrapped = match &mut self.state {
            State::Custom(check) => check.unwrapped(body),
            State::Buffered(held) => held.unwrapped(body),
            _ => None,
        };
        unwrapped.map(|payload| match payload {
            Cow::Borrowed(piece) => body.slice_ref(piece),
            Cow::Owned(payload) => payload.into(),
        })
    }

    /// What has to be around the body when it is lent to [`conclude`](Self::conclude).
    pub(crate) fn frame(&self) -> Option<(&[u8], &[u8])> {
        match &self.state {
            State::PublicKey(signed) => signed.frame(),
            _ => None,
        }
    }

    /// Makes it one that has verified nothing.
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

    /// Compares every key's tag with every candidate. `body` is all that [`update`](Self::update)
    /// was given, for schemes that have to see it whole: they keep no copy of it.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::BadSignature`] when none match.
    #[inline]
    pub fn finish(mut self, body: &[u8]) -> Result<Verified, RejectionKind> {
        let framed = self
            .frame()
            .map(|(before, behind)| [before, body, behind].concat());
        self.conclude(framed.as_deref().unwrap_or(body))
    }

    /// [`finish`](Self::finish) where it lies, with the body in its [frame](Self::frame). Not to be called again: the codes are at
    /// their end.
    pub(crate) fn conclude(&mut self, whole: &[u8]) -> Result<Verified, RejectionKind> {
        let (first, rest) = match &mut self.state {
            State::Undecided => return Err(RejectionKind::BadSignature),
            State::Decided(verified) => return Ok(*verified),
            State::Buffered(held) => return held.finish(whole),
            State::PublicKey(signed) => return signed.verified(whole, self.time),
            State::Custom(check) => return check.finish(whole),
            State::Running(first, rest) => (first, rest),
        };
        // All are finished before any is believed.
        let mut verified = first.verified(self.time);
        for attempt in rest {
            let other = attempt.verified(self.time);
            verified = verified.or(other);
        }
        verified.ok_or(RejectionKind::BadSignature)
    }
}
