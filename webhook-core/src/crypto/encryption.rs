//! Encryption for a public key: an AES-256-GCM key, encrypted with RSA-OAEP and SHA-256.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand;
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
    PrivateDecryptingKey,
};
use zeroize::Zeroizing;

use crate::error::SecretProblem;

/// The length of an AES-256 key in bytes.
const CONTENT_KEY: usize = 32;

/// An encrypted message, in parts.
pub(crate) struct Sealed {
    /// The content key, encrypted for the recipient.
    pub(crate) key: Vec<u8>,
    pub(crate) nonce: [u8; 12],
    pub(crate) content: Vec<u8>,
    pub(crate) tag: [u8; 16],
}

/// A private key for decryption.
#[derive(Clone)]
pub(crate) struct DecryptionKey(Arc<OaepPrivateDecryptingKey>);

impl DecryptionKey {
    /// Reads a PKCS#8 key in DER (RFC 5958) of at least 2048 bits.
    pub(crate) fn new(der: &[u8]) -> Result<Self, SecretProblem> {
        let key = PrivateDecryptingKey::from_pkcs8(der).map_err(|_| SecretProblem::WrongKey)?;
        if key.key_size_bits() < 2048 {
            return Err(SecretProblem::WeakKey);
        }
        let key = OaepPrivateDecryptingKey::new(key).map_err(|_| SecretProblem::WrongKey)?;
        Ok(Self(Arc::new(key)))
    }

    /// A new key, as PKCS#8 in DER. Empty if the library fails; that is no key.
    pub(crate) fn generate() -> Zeroizing<Vec<u8>> {
        let key = PrivateDecryptingKey::generate(KeySize::Rsa2048);
        let der = key.and_then(|key| key.as_der());
        let der = der.map(|der: Pkcs8V1Der<'_>| der.as_ref().to_vec());
        Zeroizing::new(der.unwrap_or_default())
    }

    /// Decrypts the content. Returns `None` if the content or the associated data `beside` was
    /// changed.
    pub(crate) fn open(&self, sealed: Sealed, beside: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut key = Zeroizing::new(vec![0; self.0.min_output_size()]);
        let key = self
            .0
            .decrypt(&OAEP_SHA256_MGF1SHA256, &sealed.key, &mut key, None)
            .ok()?;
        let key = content_key(key)?;
        let nonce = Nonce::assume_unique_for_key(sealed.nonce);
        let mut content = Zeroizing::new(sealed.content);
        content.extend_from_slice(&sealed.tag);
        let len = key
            .open_in_place(nonce, Aad::from(beside), &mut content)
            .ok()?
            .len();
        content.truncate(len);
        Some(content)
    }
}

/// Encrypts content for the owner of this private key. Only the public half is used. For signers in
/// tests and tools.
pub(crate) fn seal(private: &[u8], content: &[u8], beside: &[u8]) -> Option<Sealed> {
    let public = PrivateDecryptingKey::from_pkcs8(private).ok()?.public_key();
    let public = OaepPublicEncryptingKey::new(public).ok()?;
    let (mut bytes, mut nonce) = (Zeroizing::new([0; CONTENT_KEY]), [0; 12]);
    rand::fill(&mut *bytes).ok()?;
    rand::fill(&mut nonce).ok()?;
    let mut key = vec![0; public.ciphertext_size()];
    public
        .encrypt(&OAEP_SHA256_MGF1SHA256, &*bytes, &mut key, None)
        .ok()?;
    let mut content = content.to_vec();
    let tag = content_key(&*bytes)?
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(beside),
            &mut content,
        )
        .ok()?;
    Some(Sealed {
        key,
        nonce,
        content,
        tag: tag.as_ref().try_into().ok()?,
    })
}

fn content_key(bytes: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, bytes)
        .ok()
        .map(LessSafeKey::new)
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecryptionKey").finish_non_exhaustive()
    }
}
