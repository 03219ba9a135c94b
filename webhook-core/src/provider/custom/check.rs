//! A running check of a scheme with custom code.

use std::borrow::Cow;

use crate::error::RejectionKind;
use crate::provider::Coverage;
use crate::time::UnixTime;

/// A check that has read the head. It takes the body as it arrives, or borrows it when it is
/// complete, and keeps no copy.
pub(crate) trait Check: Send + Sync {
    /// Takes the next bytes of the body.
    fn update(&mut self, _bytes: &[u8]) {}

    /// The key that the check needs to continue, once the body is complete.
    fn wanted(&mut self, _body: &[u8]) -> Option<&crate::keys::KeyQuery> {
        None
    }

    /// Takes the keys of that name.
    fn supply(&mut self, _keys: &[crate::crypto::public::PublicKey]) {}

    /// The address that confirms a subscription, if a verified delivery asks for it. Called after
    /// [`finish`](Self::finish).
    fn confirmation(&mut self) -> Option<String> {
        None
    }

    /// The payload, if the body wraps it. Called after [`finish`](Self::finish) has verified the
    /// body.
    fn unwrapped<'b>(&mut self, _body: &'b [u8]) -> Option<Cow<'b, [u8]>> {
        None
    }

    /// Verifies the delivery once the body is complete. Called once.
    fn finish(&mut self, body: &[u8]) -> Result<Verified, RejectionKind>;
}

/// The result of a check that verified a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// What the scheme that matched covers.
    pub coverage: Coverage,
    /// The slot of the key that matched, counted from zero in the configured order.
    pub key_slot: usize,
    /// The signed time.
    pub time: Option<UnixTime>,
    /// SHA-256 of the signed message, if it does not include the body.
    pub(crate) message: Option<[u8; 32]>,
}

impl Verified {
    /// The value before anything is verified.
    pub(crate) const NOTHING: Self = Self {
        coverage: Coverage::NONE,
        key_slot: 0,
        time: None,
        message: None,
    };
}
