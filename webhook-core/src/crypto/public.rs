//! Signatures with key pairs: Ed25519, ECDSA on P-256 and P-521, RSA. Requires the feature
//! `asymmetric`.
//!
//! The message is hashed as it arrives, and a key verifies the finished hash. Only Ed25519 needs
//! the whole message.

use std::borrow::Cow;
use std::sync::Arc;

use aws_lc_rs::digest::{Digest as Hash, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::PublicEncryptingKey;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED,
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING,
    ED25519, EcdsaKeyPair, Ed25519KeyPair, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaKeyPair,
    VerificationAlgorithm,
};
use rustls_pki_types::CertificateDer;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use webpki::EndEntityCert;

use crate::crypto::Algorithm;
use crate::error::SecretProblem;

/// The allowed RSA key lengths in bits. The minimum is that of NIST SP 800-131A rev. 2 §3; longer
/// keys than the maximum are too slow.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

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
            Self::EcdsaP256Sha256 | Self::EcdsaP256Sha256Fixed | Self::RsaSha256 => {
                RunningMessage::Sha256(Sha256::new())
            }
            Self::RsaSha512 | Self::EcdsaP521Sha512Fixed => {
                RunningMessage::Sha512(Box::new(Sha512::new()))
            }
            _ => RunningMessage::Whole(Vec::new()),
        }
    }

    fn verification(self) -> Option<&'static dyn VerificationAlgorithm> {
        Some(match self {
            Self::Ed25519 => &ED25519,
            // Also for SHA-1: see `finish`.
            Self::EcdsaP256Sha256 | Self::EcdsaP256Sha1 => &ECDSA_P256_SHA256_ASN1,
            Self::EcdsaP256Sha256Fixed => &ECDSA_P256_SHA256_FIXED,
            Self::EcdsaP521Sha512Fixed => &ECDSA_P521_SHA512_FIXED,
            Self::RsaSha1 => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Self::RsaSha256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::RsaSha512 => &RSA_PKCS1_2048_8192_SHA512,
            _ => return None,
        })
    }

    const fn is_rsa(self) -> bool {
        matches!(self, Self::RsaSha1 | Self::RsaSha256 | Self::RsaSha512)
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
                Algorithm::EcdsaP256Sha256 | Algorithm::EcdsaP256Sha256Fixed | Algorithm::RsaSha256,
            ) => Hash::import_less_safe(&hash.finalize(), &SHA256),
            (Self::Sha512(hash), Algorithm::RsaSha512 | Algorithm::EcdsaP521Sha512Fixed) => {
                Hash::import_less_safe(&hash.finalize(), &SHA512)
            }
            _ => return None,
        };
        hash.ok().map(Message::Hash)
    }
}

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

/// Refuses weak Ed25519 keys. A key of small order verifies forged signatures, and a key
/// with two encodings would count as two keys.
fn check_point(spki: &[u8]) -> Result<(), SecretProblem> {
    let start = spki.len().saturating_sub(32);
    let key = spki.get(start..).unwrap_or_default();
    if begins_with_small_order(key) || !is_canonical(key) {
        return Err(SecretProblem::WeakKey);
    }
    Ok(())
}

fn check_size(spki: &[u8]) -> Result<(), SecretProblem> {
    // The type refuses keys of other lengths too, for its own reasons.
    let key = PublicEncryptingKey::from_der(spki).map_err(|_| SecretProblem::WeakKey)?;
    match RSA_BITS.contains(&key.key_size_bits()) {
        true => Ok(()),
        false => Err(SecretProblem::WeakKey),
    }
}

/// The y coordinates, little-endian, of the points of order 1, 2, 4 and 8, including the two that
/// can also be encoded above the prime. The last bit is the sign of x and is ignored.
const SMALL_ORDER: [[u8; 32]; 7] = [
    y(0x00, 0x00, 0x00),
    y(0x01, 0x00, 0x00),
    y(0xec, 0xff, 0x7f),
    y(0xed, 0xff, 0x7f),
    y(0xee, 0xff, 0x7f),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

const fn y(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    let [head, .., tail] = &mut bytes;
    *head = first;
    *tail = last;
    bytes
}

/// Whether the first 32 bytes are a point of small order. Shorter input counts as one.
fn begins_with_small_order(bytes: &[u8]) -> bool {
    let Some((point, _)) = bytes.split_first_chunk::<32>() else {
        return true;
    };
    let y = without_sign(point);
    SMALL_ORDER.contains(&y)
}

/// Whether y is less than the prime 2^255 − 19.
fn is_canonical(bytes: &[u8]) -> bool {
    let Some((point, _)) = bytes.split_first_chunk::<32>() else {
        return false;
    };
    let [first, middle @ .., last] = without_sign(point);
    let high = middle.iter().all(|&byte| byte == 0xff) && last == 0x7f;
    !(high && first >= 0xed)
}

fn without_sign(point: &[u8; 32]) -> [u8; 32] {
    let mut y = *point;
    let [.., last] = &mut y;
    *last &= 0x7f;
    y
}

/// A private key, for signers in tests and tools.
#[derive(Clone)]
pub(crate) struct PrivateKey {
    algorithm: Algorithm,
    pair: Arc<Pair>,
    /// Whether its signatures are corrupted, for a forgery.
    spoils: bool,
}

#[allow(clippy::large_enum_variant, reason = "one per key, and shared")]
enum Pair {
    Ed25519(Ed25519KeyPair),
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl PrivateKey {
    /// Reads a PKCS#8 key in DER (RFC 5958). For Ed25519, also the bare 32-byte seed, optionally
    /// followed by the 32 bytes of its public key.
    pub(crate) fn new(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, SecretProblem> {
        let wrong = |_| SecretProblem::WrongKey;
        let pair = match (algorithm, bytes.len()) {
            (Algorithm::Ed25519, 32) => {
                Pair::Ed25519(Ed25519KeyPair::from_seed_unchecked(bytes).map_err(wrong)?)
            }
            (Algorithm::Ed25519, 64) => {
                let (seed, public) = bytes.split_at(32);
                let pair = Ed25519KeyPair::from_seed_and_public_key(seed, public);
                Pair::Ed25519(pair.map_err(wrong)?)
            }
            (Algorithm::Ed25519, _) => {
                Pair::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(bytes).map_err(wrong)?)
            }
            (Algorithm::EcdsaP256Sha256 | Algorithm::EcdsaP256Sha1, _) => {
                let signing = &ECDSA_P256_SHA256_ASN1_SIGNING;
                Pair::Ecdsa(EcdsaKeyPair::from_pkcs8(signing, bytes).map_err(wrong)?)
            }
            (Algorithm::EcdsaP256Sha256Fixed, _) => {
                let signing = &ECDSA_P256_SHA256_FIXED_SIGNING;
                Pair::Ecdsa(EcdsaKeyPair::from_pkcs8(signing, bytes).map_err(wrong)?)
            }
            (Algorithm::EcdsaP521Sha512Fixed, _) => {
                let signing = &ECDSA_P521_SHA512_FIXED_SIGNING;
                Pair::Ecdsa(EcdsaKeyPair::from_pkcs8(signing, bytes).map_err(wrong)?)
            }
            // No maintained library signs with RSA and SHA-1; they only verify.
            (Algorithm::RsaSha1, _) => return Err(SecretProblem::VerifyOnly),
            _ => Pair::Rsa(RsaKeyPair::from_pkcs8(bytes).map_err(wrong)?),
        };
        Ok(Self {
            algorithm,
            pair: Arc::new(pair),
            spoils: false,
        })
    }

    pub(crate) fn message(&self) -> RunningMessage {
        self.algorithm.message()
    }

    /// Signs a message started by [`message`](Self::message). Empty if the library fails; an empty
    /// signature verifies nowhere.
    pub(crate) fn sign(&self, message: RunningMessage) -> Vec<u8> {
        let signature =
            message
                .finish(self.algorithm)
                .and_then(|message| match (&*self.pair, &message) {
                    (Pair::Ed25519(pair), Message::Whole(message)) => pair
                        .try_sign(message)
                        .ok()
                        .map(|made| made.as_ref().to_vec()),
                    (Pair::Ecdsa(pair), Message::Hash(hash)) => pair
                        .sign_digest(hash)
                        .ok()
                        .map(|made| made.as_ref().to_vec()),
                    (Pair::Rsa(pair), Message::Hash(hash)) => self.sign_rsa(pair, hash),
                    _ => None,
                });
        let mut signature = signature.unwrap_or_default();
        if let (true, Some(last)) = (self.spoils, signature.last_mut()) {
            *last ^= 1;
        }
        signature
    }

    /// The key of a forger: none of its signatures is valid.
    pub(crate) fn spoiled(&self) -> Self {
        Self {
            spoils: true,
            ..self.clone()
        }
    }

    fn sign_rsa(&self, pair: &RsaKeyPair, hash: &Hash) -> Option<Vec<u8>> {
        let encoding = match self.algorithm {
            Algorithm::RsaSha512 => &RSA_PKCS1_SHA512,
            _ => &RSA_PKCS1_SHA256,
        };
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign_digest(encoding, hash, &mut signature).ok()?;
        Some(signature)
    }
}

/// The SubjectPublicKeyInfo of a certificate in DER. Nothing else in the certificate is checked:
/// the user trusts it by configuring it.
pub(crate) fn key_of_certificate(der: &[u8]) -> Result<Vec<u8>, SecretProblem> {
    let der = CertificateDer::from(der);
    let certificate = EndEntityCert::try_from(&der).map_err(|_| SecretProblem::Certificate)?;
    Ok(certificate.subject_public_key_info().as_ref().to_vec())
}
