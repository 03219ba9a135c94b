//! AES-256 in CBC mode, with the padding of PKCS#7 and the initialization vector in front.
//!
//! This protects no integrity. A caller either verifies a signature over the ciphertext first, or
//! treats every failure alike.

use aws_lc_rs::cipher::{
    AES_256, DecryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use zeroize::Zeroizing;

use crate::crypto::Decrypted;

/// The length of a block and of the initialization vector, in bytes.
const BLOCK: usize = 16;

/// Decrypts in place. `None` if the length is wrong, which anyone can see. Bad padding is only a
/// flag of the result, so that a caller can take the same steps with good and bad padding.
pub(crate) fn decrypt(key: &[u8; 32], mut sealed: Vec<u8>) -> Option<Decrypted> {
    let iv: [u8; BLOCK] = *sealed.first_chunk()?;
    sealed.drain(..BLOCK);
    if sealed.is_empty() || !sealed.len().is_multiple_of(BLOCK) {
        return None;
    }
    let mut text = Zeroizing::new(sealed);
    let key = UnboundCipherKey::new(&AES_256, key).ok()?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
    let context = DecryptionContext::Iv128(FixedLength::from(iv));
    // After bad padding, `text` has all decrypted blocks.
    let unpadded = key.decrypt(&mut text, context).map(|text| text.len());
    let is_intact = unpadded.is_ok();
    text.truncate(unpadded.unwrap_or(usize::MAX));
    Some(Decrypted { text, is_intact })
}

/// Encrypts with a random initialization vector. For signers in tests and tools.
pub(crate) fn encrypt(key: &[u8; 32], text: &[u8]) -> Option<Vec<u8>> {
    let key = UnboundCipherKey::new(&AES_256, key).ok()?;
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).ok()?;
    let mut sealed = text.to_vec();
    let context = key.encrypt(&mut sealed).ok()?;
    let iv: &[u8] = (&context).try_into().ok()?;
    Some([iv, &sealed].concat())
}
