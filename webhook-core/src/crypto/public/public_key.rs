//! Public keys.

use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::PublicEncryptingKey;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ECDSA_P256K1_SHA256_ASN1,
    ECDSA_P521_SHA512_FIXED, ED25519, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA512, VerificationAlgorithm,
};

use crate::crypto::Algorithm;
use crate::crypto::public::Message;
use crate::crypto::public::ed25519::{begins_with_small_order, check_point};
use crate::error::SecretProblem;

/// A public key that is parsed and valid for its algorithm.
#[derive(Clone)]
pub(crate) struct PublicKey {
    algorithm: Algorithm,
    key: Arc<ParsedPublicKey>,
}

impl PublicKey {
    /// Reads a key: a SubjectPublicKeyInfo in DER (RFC 5280 §4.1), or the bare bytes if the
    /// algorithm has them: 32 bytes for Ed25519, a curve point for ECDSA, an RSAPublicKey for RSA.
    pub(crate) fn new(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, SecretProblem> {
        let verification = algorithm.verification().ok_or(SecretProblem::WrongKey)?;
        let key = ParsedPublicKey::new(verification, bytes).map_err(|_| SecretProblem::WrongKey)?;
        let spki: PublicKeyX509Der<'_> = key.as_der().map_err(|_| SecretProblem::WrongKey)?;
        match algorithm {
            Algorithm::Ed25519 => check_point(spki.as_ref())?,
            _ if algorithm.is_rsa() => check_size(spki.as_ref())?,
            _ => {}
        }
        Ok(Self {
            algorithm,
            key: Arc::new(key),
        })
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The same key for another algorithm, or `None` if it does not fit. Only for senders that
    /// document both algorithms for one key.
    pub(crate) fn for_algorithm(&self, algorithm: Algorithm) -> Option<Self> {
        let spki: PublicKeyX509Der<'_> = self.key.as_der().ok()?;
        Self::new(algorithm, spki.as_ref()).ok()
    }

    /// Whether `signature` is a valid signature of `message` by this key.
    pub(crate) fn verifies(&self, message: &Message<'_>, signature: &[u8]) -> bool {
        match message {
            Message::Whole(message) => {
                !begins_with_small_order(signature)
                    && self.key.verify_sig(message, signature).is_ok()
            }
            Message::Hash(hash) => self.key.verify_digest_sig(hash, signature).is_ok(),
        }
    }
}

impl Algorithm {
    fn verification(self) -> Option<&'static dyn VerificationAlgorithm> {
        Some(match self {
            Self::Ed25519 => &ED25519,
            // Also for SHA-1: see `RunningMessage::finish`.
            Self::EcdsaP256Sha256 | Self::EcdsaP256Sha1 => &ECDSA_P256_SHA256_ASN1,
            Self::EcdsaP256Sha256Fixed => &ECDSA_P256_SHA256_FIXED,
            Self::EcdsaSecp256k1Sha256 => &ECDSA_P256K1_SHA256_ASN1,
            Self::EcdsaP521Sha512Fixed => &ECDSA_P521_SHA512_FIXED,
            Self::RsaSha1 => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Self::RsaSha256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::RsaSha512 => &RSA_PKCS1_2048_8192_SHA512,
            Self::RsaPssSha512 => &RSA_PSS_2048_8192_SHA512,
            _ => return None,
        })
    }

    const fn is_rsa(self) -> bool {
        matches!(
            self,
            Self::RsaSha1 | Self::RsaSha256 | Self::RsaSha512 | Self::RsaPssSha512
        )
    }
}

fn check_size(spki: &[u8]) -> Result<(), SecretProblem> {
    // The type refuses keys of other lengths too, for its own reasons.
    let key = PublicEncryptingKey::from_der(spki).map_err(|_| SecretProblem::WeakKey)?;
    match RSA_BITS.contains(&key.key_size_bits()) {
        true => Ok(()),
        false => Err(SecretProblem::WeakKey),
    }
}

/// The allowed RSA key lengths in bits. The minimum is that of NIST SP 800-131A rev. 2 §3; longer
/// keys than the maximum are too slow.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
