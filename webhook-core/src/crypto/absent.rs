//! Replaces public-key cryptography in a build without the feature `asymmetric`.
//!
//! The types exist and have no values. So the code that uses them needs no `cfg`: it compiles and
//! is never reached.

use crate::crypto::Algorithm;
use crate::error::SecretProblem;

/// Replaces `crypto::public`.
pub(crate) mod public {
    use std::borrow::Cow;

    use super::{Algorithm, SecretProblem};

    #[derive(Clone)]
    pub(crate) enum RunningMessage {
        Whole(Vec<u8>),
        Hashed,
    }

    pub(crate) enum Message<'m> {
        Whole(Cow<'m, [u8]>),
    }

    impl Algorithm {
        pub(crate) fn message(self) -> RunningMessage {
            RunningMessage::Whole(Vec::new())
        }
    }

    impl RunningMessage {
        pub(crate) fn update(&mut self, bytes: &[u8]) {
            if let Self::Whole(message) = self {
                message.extend_from_slice(bytes);
            }
        }

        pub(crate) fn finish(self, _: Algorithm) -> Option<Message<'static>> {
            match self {
                Self::Whole(message) => Some(Message::Whole(message.into())),
                Self::Hashed => None,
            }
        }
    }

    #[derive(Clone)]
    pub(crate) enum PublicKey {}

    impl PublicKey {
        pub(crate) fn new(_: Algorithm, _: &[u8]) -> Result<Self, SecretProblem> {
            Err(SecretProblem::NeedsAsymmetric)
        }

        pub(crate) fn algorithm(&self) -> Algorithm {
            match *self {}
        }

        pub(crate) fn verifies(&self, _: &Message<'_>, _: &[u8]) -> bool {
            match *self {}
        }
    }

    #[derive(Clone)]
    pub(crate) enum PrivateKey {}

    impl PrivateKey {
        pub(crate) fn new(_: Algorithm, _: &[u8]) -> Result<Self, SecretProblem> {
            Err(SecretProblem::NeedsAsymmetric)
        }

        pub(crate) fn algorithm(&self) -> Algorithm {
            match *self {}
        }

        pub(crate) fn message(&self) -> RunningMessage {
            match *self {}
        }

        #[cfg(feature = "testing")]
        pub(crate) fn generate(_: Algorithm) -> Vec<u8> {
            Vec::new()
        }

        #[cfg(feature = "testing")]
        pub(crate) fn public_key(&self) -> Vec<u8> {
            match *self {}
        }

        pub(crate) fn sign(&self, _: RunningMessage) -> Vec<u8> {
            match *self {}
        }

        pub(crate) fn spoiled(&self) -> Self {
            self.clone()
        }
    }

    pub(crate) fn key_of_certificate(_: &[u8]) -> Result<Vec<u8>, SecretProblem> {
        Err(SecretProblem::NeedsAsymmetric)
    }
}

/// Replaces `crypto::encryption`.
pub(crate) mod encryption {
    use zeroize::Zeroizing;

    use super::SecretProblem;

    pub(crate) struct Sealed {
        pub(crate) key: Vec<u8>,
        pub(crate) nonce: [u8; 12],
        pub(crate) content: Vec<u8>,
        pub(crate) tag: [u8; 16],
    }

    #[derive(Clone, Debug)]
    pub(crate) enum DecryptionKey {}

    impl DecryptionKey {
        pub(crate) fn new(_: &[u8]) -> Result<Self, SecretProblem> {
            Err(SecretProblem::NeedsAsymmetric)
        }

        pub(crate) fn generate() -> Zeroizing<Vec<u8>> {
            Zeroizing::default()
        }

        pub(crate) fn open(&self, _: Sealed, _: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
            match *self {}
        }
    }

    pub(crate) fn seal(_: &[u8], _: &[u8], _: &[u8]) -> Option<Sealed> {
        None
    }
}

/// Replaces `crypto::chain`.
pub(crate) mod chain {
    use zeroize::Zeroizing;

    use super::public::PublicKey;
    use super::{Algorithm, SecretProblem};
    use crate::time::UnixTime;

    pub(crate) const CA_CERTIFICATES: &str = "ca_certificates";

    pub(crate) type IsOwnName = fn(&str) -> bool;

    #[derive(Clone, Copy)]
    pub(crate) enum ChainProblem {
        Unreadable,
        Untrusted(&'static str),
    }

    pub(crate) enum Chain {}

    impl Chain {
        pub(crate) fn new(
            _: IsOwnName,
            _: Option<&[Zeroizing<Vec<u8>>]>,
        ) -> Result<Self, SecretProblem> {
            Err(SecretProblem::NeedsAsymmetric)
        }

        pub(crate) fn key(
            &self,
            _: &[Zeroizing<Vec<u8>>],
            _: Algorithm,
            _: UnixTime,
        ) -> Result<PublicKey, ChainProblem> {
            match *self {}
        }
    }
}
