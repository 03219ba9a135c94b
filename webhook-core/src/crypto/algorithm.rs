//! The algorithm of a scheme's tags.

use crate::crypto::RunningMac;
use crate::crypto::mac::Running;
use crate::error::SecretProblem;

/// The algorithm that makes the tags of a scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-MD5 (RFC 2104). Legacy: only for providers that offer nothing better.
    HmacMd5,
    /// HMAC-SHA-1 (RFC 2104). Legacy: only for providers that offer nothing better.
    HmacSha1,
    /// HMAC-SHA-256 (RFC 4231).
    HmacSha256,
    /// HMAC-SHA-384 (RFC 4231).
    HmacSha384,
    /// HMAC-SHA-512 (RFC 4231).
    HmacSha512,
    /// MD5 over a message that contains the secret. Legacy, and the weakest algorithm: only for
    /// providers that let their users choose it.
    Md5,
    /// SHA-1 over a message that contains the secret. Legacy: only for providers that offer nothing
    /// better.
    Sha1,
    /// SHA-256 over a message that contains the secret. Legacy: only for providers that offer
    /// nothing better.
    Sha256,
    /// SHA-512 over a message that contains the secret. Legacy: only for providers that offer
    /// nothing better.
    Sha512,
    /// Ed25519 (RFC 8032), verified strictly: keys and signatures of small order are refused, and
    /// each has one encoding.
    Ed25519,
    /// ECDSA on P-256 with SHA-256 (FIPS 186-5), with the signature in DER.
    EcdsaP256Sha256,
    /// ECDSA on P-256 with SHA-256. The signature is two numbers of 32 bytes (IEEE P1363), as in
    /// JSON Web Signatures.
    EcdsaP256Sha256Fixed,
    /// ECDSA on P-521 with SHA-512. The signature is two numbers of 66 bytes (IEEE P1363), as in
    /// JSON Web Signatures.
    EcdsaP521Sha512Fixed,
    /// ECDSA on secp256k1 with SHA-256, with the signature in DER.
    EcdsaSecp256k1Sha256,
    /// ECDSA on P-256 with SHA-1, with the signature in DER. Legacy: only for providers that offer
    /// nothing better.
    EcdsaP256Sha1,
    /// RSA, PKCS#1 v1.5 (RFC 8017 §8.2), with SHA-1. Legacy: only for providers that offer nothing
    /// better. It can be verified, but a [`Signer`](crate::Signer) does not support it.
    RsaSha1,
    /// RSA, PKCS#1 v1.5 (RFC 8017 §8.2), with SHA-256 and keys of 2048 to 8192 bits.
    RsaSha256,
    /// RSA, PKCS#1 v1.5 (RFC 8017 §8.2), with SHA-512 and keys of 2048 to 8192 bits.
    RsaSha512,
    /// RSA, PSS (RFC 8017 §8.1), with SHA-512, a salt of 64 bytes, and keys of 2048 to 8192 bits.
    RsaPssSha512,
}

impl Algorithm {
    /// The length of a tag in bytes. For signatures of varying length, the maximum.
    #[must_use]
    pub const fn tag_len(self) -> usize {
        match self {
            Self::HmacMd5 | Self::Md5 => 16,
            Self::HmacSha1 | Self::Sha1 => 20,
            Self::HmacSha256 | Self::Sha256 => 32,
            Self::HmacSha384 => 48,
            Self::HmacSha512 | Self::Sha512 => 64,
            Self::Ed25519 | Self::EcdsaP256Sha256Fixed => 64,
            Self::EcdsaP256Sha256 | Self::EcdsaP256Sha1 | Self::EcdsaSecp256k1Sha256 => 72,
            Self::EcdsaP521Sha512Fixed => 132,
            Self::RsaSha1 | Self::RsaSha256 | Self::RsaSha512 | Self::RsaPssSha512 => 1024,
        }
    }

    /// Whether this is a plain hash: its message contains the secret, and it has no other key.
    pub(crate) const fn is_plain(self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1 | Self::Sha256 | Self::Sha512)
    }

    /// Whether tags are signatures, made with a private key and verified with a public key.
    #[must_use]
    pub const fn is_public(self) -> bool {
        match self {
            Self::HmacMd5 | Self::HmacSha1 | Self::HmacSha256 => false,
            Self::HmacSha384 | Self::HmacSha512 => false,
            Self::Md5 | Self::Sha1 | Self::Sha256 | Self::Sha512 => false,
            Self::Ed25519
            | Self::EcdsaP256Sha256
            | Self::EcdsaP256Sha256Fixed
            | Self::EcdsaP521Sha512Fixed
            | Self::EcdsaSecp256k1Sha256
            | Self::EcdsaP256Sha1
            | Self::RsaSha1
            | Self::RsaSha256
            | Self::RsaSha512
            | Self::RsaPssSha512 => true,
        }
    }

    /// A key for the first of these algorithms that it fits. An error says what is wrong with the
    /// key rather than that it is for another algorithm.
    pub(crate) fn first_that_fits<T>(
        algorithms: impl Iterator<Item = Self>,
        key: impl Fn(Self) -> Result<T, SecretProblem>,
    ) -> Result<T, SecretProblem> {
        let mut refused = SecretProblem::WrongKey;
        for algorithm in algorithms {
            match key(algorithm) {
                Ok(key) => return Ok(key),
                Err(SecretProblem::WrongKey) => {}
                Err(problem) => refused = problem,
            }
        }
        Err(refused)
    }

    /// Prepares a keyed hash: the two key blocks are hashed only here.
    pub(crate) fn key(self, key: &[u8]) -> RunningMac {
        match self {
            Self::HmacMd5 => RunningMac::Md5(Running::keyed(key)),
            Self::HmacSha1 => RunningMac::Sha1(Running::keyed(key)),
            Self::HmacSha256 => RunningMac::Sha256(Running::keyed(key)),
            Self::HmacSha384 => RunningMac::Sha384(Box::new(Running::keyed(key))),
            Self::HmacSha512 => RunningMac::Sha512(Box::new(Running::keyed(key))),
            Self::Md5 => RunningMac::PlainMd5(Running::default()),
            Self::Sha1 => RunningMac::PlainSha1(Running::default()),
            Self::Sha256 => RunningMac::PlainSha256(Running::default()),
            Self::Sha512 => RunningMac::PlainSha512(Box::default()),
            _ => unreachable!("a public-key algorithm has no keyed hash"),
        }
    }
}
