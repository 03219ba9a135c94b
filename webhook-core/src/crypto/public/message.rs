//! Signed messages, hashed as they arrive.

use std::borrow::Cow;

use aws_lc_rs::digest::{Digest as Hash, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use crate::crypto::Algorithm;

/// A signed message in progress.
#[derive(Clone)]
pub(crate) enum RunningMessage {
    /// Ed25519 reads its message twice, so it needs the message in one piece.
    Whole(Vec<u8>),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Box<Sha512>),
}

/// A complete signed message, as a key verifies it.
pub(crate) enum Message<'m> {
    Whole(Cow<'m, [u8]>),
    Hash(Hash),
}

impl Algorithm {
    /// Starts an empty message for this algorithm.
    pub(crate) fn message(self) -> RunningMessage {
        match self {
            Self::EcdsaP256Sha1 | Self::RsaSha1 => RunningMessage::Sha1(Sha1::new()),
            Self::EcdsaP256Sha256
            | Self::EcdsaP256Sha256Fixed
            | Self::EcdsaSecp256k1Sha256
            | Self::RsaSha256 => RunningMessage::Sha256(Sha256::new()),
            Self::RsaSha512 | Self::RsaPssSha512 | Self::EcdsaP521Sha512Fixed => {
                RunningMessage::Sha512(Box::new(Sha512::new()))
            }
            _ => RunningMessage::Whole(Vec::new()),
        }
    }
}

impl RunningMessage {
    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Whole(message) => message.extend_from_slice(bytes),
            Self::Sha1(hash) => hash.update(bytes),
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha512(hash) => hash.update(bytes),
        }
    }

    /// Completes the message for keys of `algorithm`. `None` if it was started for another
    /// algorithm.
    pub(crate) fn finish(self, algorithm: Algorithm) -> Option<Message<'static>> {
        let hash = match (self, algorithm) {
            (Self::Whole(message), Algorithm::Ed25519) => {
                return Some(Message::Whole(message.into()));
            }
            // ECDSA interprets its hash as a number (FIPS 186-5 §6.4.1, FIPS 180-4 for the
            // lengths), and leading zeros do not change a number. So a hash of 160 bits can be
            // verified like one of 256.
            (Self::Sha1(hash), Algorithm::EcdsaP256Sha1) => {
                let mut wide = [0; 32];
                let (_, low) = wide.split_at_mut(12);
                low.copy_from_slice(&hash.finalize());
                Hash::import_less_safe(&wide, &SHA256)
            }
            (Self::Sha1(hash), Algorithm::RsaSha1) => {
                Hash::import_less_safe(&hash.finalize(), &SHA1_FOR_LEGACY_USE_ONLY)
            }
            (
                Self::Sha256(hash),
                Algorithm::EcdsaP256Sha256
                | Algorithm::EcdsaP256Sha256Fixed
                | Algorithm::EcdsaSecp256k1Sha256
                | Algorithm::RsaSha256,
            ) => Hash::import_less_safe(&hash.finalize(), &SHA256),
            (
                Self::Sha512(hash),
                Algorithm::RsaSha512 | Algorithm::RsaPssSha512 | Algorithm::EcdsaP521Sha512Fixed,
            ) => Hash::import_less_safe(&hash.finalize(), &SHA512),
            _ => return None,
        };
        hash.ok().map(Message::Hash)
    }
}
