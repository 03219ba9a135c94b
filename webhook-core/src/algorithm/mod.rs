//! The only folder that names a crypto crate.

use ctutils::{Choice, CtEq as _};
use hmac::KeyInit;
use hmac::block_api::HmacCore;
use hmac::digest::block_api::{Buffer, CoreProxy, FixedOutputCore, UpdateCore};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

#[cfg(feature = "asymmetric")]
pub(crate) mod chain;
#[cfg(feature = "asymmetric")]
pub(crate) mod encryption;
#[cfg(feature = "asymmetric")]
pub(crate) mod public;

/// What a scheme makes its tags with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-MD5 (RFC 2104). Legacy: only where a provider knows nothing better.
    HmacMd5,
    /// HMAC-SHA-1 (RFC 2104). Legacy: only where a provider knows nothing better.
    HmacSha1,
    /// HMAC-SHA-256 (RFC 4231).
    HmacSha256,
    /// HMAC-SHA-384 (RFC 4231).
    HmacSha384,
    /// HMAC-SHA-512 (RFC 4231).
    HmacSha512,
    /// MD5 over a message with the secret in it. Legacy, and the weakest of all: only where a provider lets its users
    /// choose it.
    Md5,
    /// SHA-1 over a message with the secret in it. Legacy: only where a provider knows nothing better.
    Sha1,
    /// SHA-256 over a message with the secret in it. Legacy: only where a provider knows nothing better.
    Sha256,
    /// SHA-512 over a message with the secret in it. Legacy: only where a provider knows nothing better.
    Sha512,
    /// Ed25519 (RFC 8032), read strictly: no key and no signature of small order, and one spelling of each.
    #[cfg(feature = "asymmetric")]
    Ed25519,
    /// ECDSA on P-256 with SHA-256 (FIPS 186-5), the signature in DER.
    #[cfg(feature = "asymmetric")]
    EcdsaP256Sha256,
    /// ECDSA on P-256 with SHA-256, the signature as two numbers of 32 bytes (IEEE P1363), as JSON Web Signatures have it.
    #[cfg(feature = "asymmetric")]
    EcdsaP256Sha256Fixed,
    /// ECDSA on P-521 with SHA-512, the signature as two numbers of 66 bytes (IEEE P1363), as JSON Web Signatures have it.
    #[cfg(feature = "asymmetric")]
    EcdsaP521Sha512Fixed,
    /// ECDSA on P-256 with SHA-1, the signature in DER. Legacy: only where a provider knows nothing better.
    #[cfg(feature = "asymmetric")]
    EcdsaP256Sha1,
    /// RSA, PKCS#1 v1.5 (RFC 8017 §8.2), with SHA-1. Legacy: only where a provider knows nothing better. It is verified, but
    /// no [`Signer`](crate::Signer) makes it.
    #[cfg(feature = "asymmetric")]
    RsaSha1,
    /// RSA, PKCS#1 v1.5 (RFC 8017 §8.2), with SHA-256 and keys of 2048 to 8192 bits.
    #[cfg(feature = "asymmetric")]
    RsaSha256,
    /// RSA, PKCS#1 v1.5 (RFC 8017 §8.2), with SHA-512 and keys of 2048 to 8192 bits.
    #[cfg(feature = "asymmetric")]
    RsaSha512,
}

impl Algorithm {
    /// Length of a tag in bytes; of the longest, for signatures whose lengths vary.
    #[must_use]
    pub const fn tag_len(self) -> usize {
        match self {
            Self::HmacMd5 | Self::Md5 => 16,
            Self::HmacSha1 | Self::Sha1 => 20,
            Self::HmacSha256 | Self::Sha256 => 32,
            Self::HmacSha384 => 48,
            Self::HmacSha512 | Self::Sha512 => 64,
            #[cfg(feature = "asymmetric")]
            Self::Ed25519 | Self::EcdsaP256Sha256Fixed => 64,
            #[cfg(feature = "asymmetric")]
            Self::EcdsaP256Sha256 | Self::EcdsaP256Sha1 => 72,
            #[cfg(feature = "asymmetric")]
            Self::EcdsaP521Sha512Fixed => 132,
            #[cfg(feature = "asymmetric")]
            Self::RsaSha1 | Self::RsaSha256 | Self::RsaSha512 => 1024,
        }
    }

    /// Whether it is a plain hash, which has no key but that in its message.
    pub(crate) const fn is_plain(self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1 | Self::Sha256 | Self::Sha512)
    }

    /// Whether tags are signatures, made with a private key and verified with a public one.
    #[must_use]
    pub const fn is_public(self) -> bool {
        match self {
            Self::HmacMd5 | Self::HmacSha1 | Self::HmacSha256 => false,
            Self::HmacSha384 | Self::HmacSha512 => false,
            Self::Md5 | Self::Sha1 | Self::Sha256 | Self::Sha512 => false,
            #[cfg(feature = "asymmetric")]
            _ => true,
        }
    }

    /// Keys the code: both key blocks are hashed here, once, and never again.
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
            #[cfg(feature = "asymmetric")]
            _ => unreachable!("a public key makes no keyed hash"),
        }
    }
}

/// A code that has taken its key and perhaps some of its message. A fresh clone of the keyed one starts
/// each delivery. The wide states are boxed: in place, they would make every move of the narrow ones, which nearly all
/// providers use, as costly as their own.
#[derive(Clone)]
pub(crate) enum RunningMac {
    Md5(Running<HmacCore<Md5>>),
    Sha1(Running<HmacCore<Sha1>>),
    Sha256(Running<HmacCore<Sha256>>),
    Sha384(Box<Running<HmacCore<Sha384>>>),
    Sha512(Box<Running<HmacCore<Sha512>>>),
    PlainMd5(Running<<Md5 as CoreProxy>::Core>),
    PlainSha1(Running<<Sha1 as CoreProxy>::Core>),
    PlainSha256(Running<<Sha256 as CoreProxy>::Core>),
    PlainSha512(Box<Running<<Sha512 as CoreProxy>::Core>>),
    /// For a key that also answers challenges.
    OfDeliveries(Box<OfDeliveries>),
}

/// A code that makes no tag of what may be the text of a challenge, so that no tag of a challenge
/// is one of a delivery.
#[derive(Clone)]
pub(crate) struct OfDeliveries {
    mac: RunningMac,
    /// Whether all that was taken is [plain](is_plain); `None` while nothing was.
    is_plain: Option<bool>,
}

impl OfDeliveries {
    fn update(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.is_plain = Some(self.is_plain != Some(false) && is_plain(bytes));
        }
        self.mac.update(bytes);
    }

    fn finish(&mut self) -> Tag {
        match self.is_plain {
            Some(true) => Tag::default(),
            _ => self.mac.finish(),
        }
    }
}

/// Whether text is of the alphabets of base64 and hexadecimal digits alone, as challenges are that
/// are answered with a tag. What deliveries sign has other characters in it: the punctuation of
/// JSON, or what separates a time from a body.
pub(crate) fn is_plain(text: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(byte);
    text.iter().all(plain)
}

/// A hash or code of a library, and the bytes it has not filled a block with. The library's own pair of these is consumed by
/// its end, and so has to be copied out of where it lies first; this one ends in place.
#[derive(Clone, Default)]
pub(crate) struct Running<C: UpdateCore + FixedOutputCore> {
    core: C,
    buffer: Buffer<C>,
}

impl<C: UpdateCore + FixedOutputCore + KeyInit> Running<C> {
    fn keyed(key: &[u8]) -> Self {
        // HMAC takes keys of any length (RFC 2104 §2), which is all this is used for.
        let core = C::new_from_slice(key);
        Self {
            core: core.unwrap_or_else(|_| unreachable!("HMAC accepts keys of any length")),
            buffer: Buffer::<C>::default(),
        }
    }
}

impl<C: UpdateCore + FixedOutputCore> Running<C> {
    #[inline]
    fn update(&mut self, bytes: &[u8]) {
        let Self { core, buffer } = self;
        buffer.digest_blocks(bytes, |blocks| core.update_blocks(blocks));
    }

    #[inline]
    fn finish(&mut self) -> Tag {
        let mut output = Default::default();
        self.core.finalize_fixed_core(&mut self.buffer, &mut output);
        Tag::new(&output)
    }
}

impl RunningMac {
    /// The same for deliveries of a provider whose challenges are answered with tags of the same key.
    pub(crate) fn of_deliveries(self) -> Self {
        Self::OfDeliveries(Box::new(OfDeliveries {
            mac: self,
            is_plain: None,
        }))
    }

    /// The code that answers challenges; `None` where the key has none.
    pub(crate) fn of_challenges(&self) -> Option<&Self> {
        match self {
            Self::OfDeliveries(deliveries) => Some(&deliveries.mac),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(mac) => mac.update(bytes),
            Self::Md5(mac) => mac.update(bytes),
            Self::Sha1(mac) => mac.update(bytes),
            Self::Sha384(mac) => mac.update(bytes),
            Self::Sha512(mac) => mac.update(bytes),
            Self::PlainMd5(hash) => hash.update(bytes),
            Self::PlainSha1(hash) => hash.update(bytes),
            Self::PlainSha256(hash) => hash.update(bytes),
            Self::PlainSha512(hash) => hash.update(bytes),
            Self::OfDeliveries(mac) => mac.update(bytes),
        }
    }

    /// The tag of what was taken. The code is at its end then: what it would make of more bytes means nothing.
    #[inline]
    pub(crate) fn finish(&mut self) -> Tag {
        match self {
            Self::Sha256(mac) => mac.finish(),
            Self::Md5(mac) => mac.finish(),
            Self::Sha1(mac) => mac.finish(),
            Self::Sha384(mac) => mac.finish(),
            Self::Sha512(mac) => mac.finish(),
            Self::PlainMd5(hash) => hash.finish(),
            Self::PlainSha1(hash) => hash.finish(),
            Self::PlainSha256(hash) => hash.finish(),
            Self::PlainSha512(hash) => hash.finish(),
            Self::OfDeliveries(mac) => mac.finish(),
        }
    }
}

/// A tag, computed or received, of at most 64 bytes. The default one is empty and equals nothing.
#[derive(Clone, Copy)]
pub(crate) struct Tag {
    bytes: [u8; Self::MAX],
    len: u8,
}

impl Default for Tag {
    fn default() -> Self {
        Self {
            bytes: [0; Self::MAX],
            len: 0,
        }
    }
}

impl Tag {
    pub(crate) const MAX: usize = 64;

    /// A tag of these bytes. Longer input cannot be a tag of ours and gives an empty one, which equals
    /// nothing.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut tag = Self::default();
        if let (Some(slot), Ok(len)) = (tag.bytes.get_mut(..bytes.len()), u8::try_from(bytes.len()))
        {
            slot.copy_from_slice(bytes);
            tag.len = len;
        }
        tag
    }

    /// Has `write` put bytes into an empty tag. It stays empty, and this is `false`, unless they are `len`.
    pub(crate) fn set(
        &mut self,
        len: usize,
        write: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> bool {
        let written = write(&mut self.bytes) == Some(len);
        if let (true, Ok(len)) = (written, u8::try_from(len)) {
            self.len = len;
        }
        written
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Equal in full length and every byte; an empty tag equals nothing. Constant-time in the
    /// bytes: the answer stays a [`Choice`], so that several comparisons can be joined without a
    /// branch. Lengths are not secret.
    #[inline]
    pub(crate) fn matches(&self, other: &Self) -> Choice {
        match (self.len, other.len) {
            (0, _) => Choice::FALSE,
            // SHA-1, SHA-256 and SHA-512: of a length known at compile time, which is quicker.
            (20, 20) => self.begins_as::<20>(other),
            (32, 32) => self.begins_as::<32>(other),
            (64, 64) => self.begins_as::<64>(other),
            _ => self.as_bytes().ct_eq(other.as_bytes()),
        }
    }

    #[inline]
    fn begins_as<const N: usize>(&self, other: &Self) -> Choice {
        match (self.bytes.first_chunk::<N>(), other.bytes.first_chunk()) {
            (Some(ours), Some(theirs)) => ours.ct_eq(theirs),
            _ => Choice::FALSE,
        }
    }
}

impl AsRef<[u8]> for Tag {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// Compares two values so that the time taken depends on their lengths alone, which are not secret.
#[inline]
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).to_bool()
}

/// SHA-256 as it runs, for replay keys and content identities.
#[derive(Clone)]
pub(crate) struct RunningDigest(Sha256);

impl RunningDigest {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        Digest::update(&mut self.0, bytes);
    }

    /// Writes a field behind its length, so that no two lists of fields read the same.
    #[inline]
    pub(crate) fn field(&mut self, bytes: &[u8]) {
        self.update(&(bytes.len() as u64).to_le_bytes());
        self.update(bytes);
    }

    #[inline]
    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_for_deliveries_makes_no_tag_of_a_plain_text_however_it_comes() {
        let keyed = || Algorithm::HmacSha256.key(b"secret");
        let tag = |pieces: &[&str]| {
            let (mut own, mut usual) = (keyed().of_deliveries(), keyed());
            for piece in pieces {
                own.update(piece.as_bytes());
                usual.update(piece.as_bytes());
            }
            own.finish().matches(&usual.finish()).to_bool()
        };
        for pieces in [
            &["", "deadbeef"][..],
            &["a", "", "B+/=-_9"],
            &["true"],
            &["0"],
        ] {
            assert!(!tag(pieces), "{pieces:?}");
        }
        for pieces in [
            &[][..],
            &[""],
            &["{}"],
            &["a", ":", "b"],
            &["a b"],
            &["a", "ü"],
            &["a."],
        ] {
            assert!(tag(pieces), "{pieces:?}");
        }
    }

    #[test]
    fn tags_of_other_lengths_or_without_bytes_never_match() {
        let matches = |a: &[u8], b: &[u8]| Tag::new(a).matches(&Tag::new(b)).to_bool();
        assert!(matches(&[7; 32], &[7; 32]));
        assert!(!matches(&[7; 32], &[7; 31]));
        assert!(!matches(&[7; 32], &[7; 33]));
        assert!(!matches(&[7; 32], &[]));
        assert!(!matches(&[], &[]));
        assert!(!matches(&[1; 65], &[1; 65]));
    }

    #[test]
    fn a_bit_anywhere_in_a_value_of_any_length_makes_it_another() {
        for len in 0..=Tag::MAX {
            let value: Vec<u8> = (0xa0..=u8::MAX).take(len).collect();
            assert!(constant_time_eq(&value, &value), "{len} bytes");
            for bit in 0..len * 8 {
                let mut other = value.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(
                    !constant_time_eq(&value, &other),
                    "bit {bit} of {len} bytes"
                );
                let matches = Tag::new(&value).matches(&Tag::new(&other));
                assert!(!matches.to_bool(), "bit {bit} of {len} bytes");
            }
            let longer = [&value[..], &[0]].concat();
            assert!(!constant_time_eq(&value, &longer), "{len} bytes and a zero");
            assert!(!constant_time_eq(&longer, &value), "{len} bytes and a zero");
        }
    }
}
