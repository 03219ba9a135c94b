//! A check of a scheme with code of its own.

use std::borrow::Cow;

use crate::error::RejectionKind;
use crate::provider::Coverage;
use crate::time::UnixTime;

/// A check that has seen the head. It takes the body as it arrives, or is lent it when it is
/// complete, and keeps no copy.
pub(crate) trait Check: Send + Sync {
    /// Takes the next bytes of the body.
    fn update(&mut self, _bytes: &[u8]) {}

    /// The key it cannot go on without, once the body is complete.
    fn wanted(&mut self, _body: &[u8]) -> Option<&crate::keys::KeyQuery> {
        None
    }

    /// Takes the keys of that name.
    fn supply(&mut self, _keys: &[crate::crypto::public::PublicKey]) {}

    /// The address of a subscription that a verified delivery wants confirmed. Called after [`finish`](Self::finish).
    fn confirmation(&mut self) -> Option<String> {
        None
    }

    /// What was in the body, where the event is inside. Called after [`finish`](Self::finish) has
    /// verified it.
    fn unwrapped<'b>(&mut self, _body: &'b [u8]) -> Option<Cow<'b, [u8]>> {
        None
    }

    /// The body is complete. Called once.
    fn finish(&mut self, body: &[u8]) -> Result<Verified, RejectionKind>;
}

/// What a check found out about a genuine delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// What the scheme that matched vouches for.
    pub coverage: Coverage,
    /// Which secret matched, counted from zero in the order they were given.
    pub key_slot: usize,
    /// The signed time.
    pub time: Option<UnixTime>,
    /// SHA-256 of what was signed, where the body is no part of it.
    pub(crate) message: Option<[u8; 32]>,
}

impl Verified {
    /// What is known before anything is verified.
    pub(crate) const NOTHING: Self = Self {
        coverage: Coverage::NONE,
        key_slot: 0,
        time: None,
        message: None,
    };
}
