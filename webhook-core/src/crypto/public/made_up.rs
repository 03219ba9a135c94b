//! Pairs of keys for tests.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};

use crate::crypto::Algorithm;
use crate::crypto::public::PrivateKey;
use crate::crypto::public::private::Pair;

impl PrivateKey {
    /// A new private key, as PKCS#8 in DER. Empty if the library fails; that is no key.
    pub(crate) fn generate(algorithm: Algorithm) -> Vec<u8> {
        let random = SystemRandom::new();
        let ecdsa = |signing| EcdsaKeyPair::generate_pkcs8(signing, &random);
        let document = match algorithm {
            Algorithm::Ed25519 => Ed25519KeyPair::generate_pkcs8(&random),
            Algorithm::EcdsaP256Sha256
            | Algorithm::EcdsaP256Sha256Fixed
            | Algorithm::EcdsaP256Sha1 => ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING),
            Algorithm::EcdsaSecp256k1Sha256 => ecdsa(&ECDSA_P256K1_SHA256_ASN1_SIGNING),
            Algorithm::EcdsaP521Sha512Fixed => ecdsa(&ECDSA_P521_SHA512_FIXED_SIGNING),
            _ => return rsa().unwrap_or_default(),
        };
        document
            .map(|key| key.as_ref().to_vec())
            .unwrap_or_default()
    }

    /// Its public key, as a SubjectPublicKeyInfo in DER.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        let der: Result<PublicKeyX509Der<'_>, _> = match &*self.pair {
            Pair::Ed25519(pair) => pair.public_key().as_der(),
            Pair::Ecdsa(pair) => pair.public_key().as_der(),
            Pair::Rsa(pair) => pair.public_key().as_der(),
        };
        der.map(|key| key.as_ref().to_vec()).unwrap_or_default()
    }
}

fn rsa() -> Option<Vec<u8>> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
    let key: Pkcs8V1Der<'_> = pair.as_der().ok()?;
    Some(key.as_ref().to_vec())
}
