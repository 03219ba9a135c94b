//! Authenticated encryption of secrets at rest: XChaCha20-Poly1305.
//!
//! A nonce of 24 bytes can be drawn at random for every secret, so nothing has to be counted across
//! processes. The implementation is pure Rust.

use std::fmt;

use chacha20poly1305::{AeadInOut as _, KeyInit as _, Tag, XChaCha20Poly1305};
use zeroize::Zeroizing;

/// The length of a key in bytes.
pub(crate) const KEY: usize = 32;
/// The length of a nonce in bytes.
pub(crate) const NONCE: usize = 24;
/// The length of a tag in bytes.
pub(crate) const TAG: usize = 16;

/// A key that seals and opens. It is wiped on drop.
pub(crate) struct SealingKey(XChaCha20Poly1305);

impl SealingKey {
    pub(crate) fn new(key: &[u8; KEY]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// The sealed text, followed by its tag. `None` if the text is longer than the cipher allows,
    /// which is 256 GiB.
    pub(crate) fn seal(&self, nonce: &[u8; NONCE], beside: &[u8], text: &[u8]) -> Option<Vec<u8>> {
        // One allocation: a buffer that grows would leave the text behind in memory.
        let mut sealed = Vec::with_capacity(text.len().saturating_add(TAG));
        sealed.extend_from_slice(text);
        let tag = self
            .0
            .encrypt_inout_detached(nonce.into(), beside, sealed.as_mut_slice().into())
            .ok()?;
        sealed.extend_from_slice(&tag);
        Some(sealed)
    }

    /// The text. `None` if the sealed text, the nonce or the associated data `beside` is another,
    /// or if it was sealed with another key.
    pub(crate) fn open(
        &self,
        nonce: &[u8; NONCE],
        beside: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let (text, tag) = sealed.split_last_chunk::<TAG>()?;
        let mut text = Zeroizing::new(text.to_vec());
        let tag: &Tag = tag.into();
        self.0
            .decrypt_inout_detached(nonce.into(), beside, text.as_mut_slice().into(), tag)
            .ok()?;
        Some(text)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey([redacted])")
    }
}

/// Bytes from the random number generator of the operating system. `None` if it fails.
pub(crate) fn random<const N: usize>() -> Option<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(&mut *bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    #[test]
    fn the_published_example_is_sealed_and_opened() {
        let key: [u8; KEY] = std::array::from_fn(|n| 0x80 + u8::try_from(n).unwrap());
        let nonce: [u8; NONCE] = std::array::from_fn(|n| 0x40 + u8::try_from(n).unwrap());
        let beside = const_hex::decode("50515253c0c1c2c3c4c5c6c7").unwrap();
        let text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip \
            for the future, sunscreen would be it.";
        let expected = "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
            731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
            2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
            21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49";
        let key = SealingKey::new(&key);
        let sealed = key.seal(&nonce, &beside, text).unwrap();
        assert_eq!(const_hex::encode(&sealed), expected);
        let opened = key.open(&nonce, &beside, &sealed).unwrap();
        assert_eq!(opened.as_slice(), text);
    }

    #[test]
    fn a_bit_anywhere_keeps_it_closed() {
        let key = SealingKey::new(&[7; KEY]);
        let (nonce, beside) = ([1; NONCE], [2; 5]);
        let sealed = key.seal(&nonce, &beside, b"secret").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut other = sealed.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(key.open(&nonce, &beside, &other).is_none(), "bit {bit}");
        }
        for bit in 0..NONCE * 8 {
            let mut other = nonce;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(key.open(&other, &beside, &sealed).is_none(), "bit {bit}");
        }
        for bit in 0..beside.len() * 8 {
            let mut other = beside;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(key.open(&nonce, &other, &sealed).is_none(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(key.open(&nonce, &beside, &sealed[..length]).is_none());
        }
        assert!(key.open(&nonce, &beside, &sealed).is_some());
    }
}
