//! Private keys, for signers in tests and tools.

use std::sync::Arc;

use aws_lc_rs::digest::Digest as Hash;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING,
    ECDSA_P256K1_SHA256_ASN1_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};

use crate::crypto::Algorithm;
use crate::crypto::public::{Message, RunningMessage};
use crate::error::SecretProblem;

/// A private key, for signers in tests and tools.
#[derive(Clone)]
pub(crate) struct PrivateKey {
    algorithm: Algorithm,
    pub(super) pair: Arc<Pair>,
    /// Whether its signatures are corrupted, for a forgery.
    spoils: bool,
}

#[allow(clippy::large_enum_variant, reason = "one per key, and shared")]
pub(super) enum Pair {
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
            (Algorithm::EcdsaSecp256k1Sha256, _) => {
                let signing = &ECDSA_P256K1_SHA256_ASN1_SIGNING;
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

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
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
        let encoding: &'static dyn RsaEncoding = match self.algorithm {
            Algorithm::RsaSha512 => &RSA_PKCS1_SHA512,
            Algorithm::RsaPssSha512 => &RSA_PSS_SHA512,
            _ => &RSA_PKCS1_SHA256,
        };
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign_digest(encoding, hash, &mut signature).ok()?;
        Some(signature)
    }
}
