//! The only file that names a crypto crate.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

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
}

impl Algorithm {
    /// Length of a tag in bytes.
    #[must_use]
    pub const fn tag_len(self) -> usize {
        match self {
            Self::HmacMd5 | Self::Md5 => 16,
            Self::HmacSha1 | Self::Sha1 => 20,
            Self::HmacSha256 | Self::Sha256 => 32,
            Self::HmacSha384 => 48,
            Self::HmacSha512 | Self::Sha512 => 64,
        }
    }

    /// Whether it is a plain hash, which has no key but that in its message.
    pub(crate) const fn is_plain(self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1 | Self::Sha256 | Self::Sha512)
    }

    /// Keys the code: both key blocks are hashed here, once, and never again.
    pub(crate) fn key(self, key: &[u8]) -> RunningMac {
        match self {
            Self::HmacMd5 => RunningMac::Md5(keyed(key)),
            Self::HmacSha1 => RunningMac::Sha1(keyed(key)),
            Self::HmacSha256 => RunningMac::Sha256(keyed(key)),
            Self::HmacSha384 => RunningMac::Sha384(Box::new(keyed(key))),
            Self::HmacSha512 => RunningMac::Sha512(Box::new(keyed(key))),
            Self::Md5 => RunningMac::PlainMd5(Md5::new()),
            Self::Sha1 => RunningMac::PlainSha1(Sha1::new()),
            Self::Sha256 => RunningMac::PlainSha256(Sha256::new()),
            Self::Sha512 => RunningMac::PlainSha512(Box::default()),
        }
    }
}

fn keyed<M: KeyInit>(key: &[u8]) -> M {
    // HMAC takes keys of any length (RFC 2104 §2), which is all this type is used for.
    M::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC accepts keys of any length"))
}

/// A code that has taken its key and perhaps some of its message. A fresh clone of the keyed one starts
/// each delivery. The wide states are boxed: in place, they would make every move of the narrow ones, which nearly all
/// providers use, as costly as their own.
#[derive(Clone)]
pub(crate) enum RunningMac {
    Md5(Hmac<Md5>),
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha384(Box<Hmac<Sha384>>),
    Sha512(Box<Hmac<Sha512>>),
    PlainMd5(Md5),
    PlainSha1(Sha1),
    PlainSha256(Sha256),
    PlainSha512(Box<Sha512>),
}

impl RunningMac {
    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(mac) => mac.update(bytes),
            Self::Sha1(mac) => mac.update(bytes),
            Self::Sha256(mac) => mac.update(bytes),
            Self::Sha384(mac) => mac.update(bytes),
            Self::Sha512(mac) => mac.update(bytes),
            Self::PlainMd5(hash) => Digest::update(hash, bytes),
            Self::PlainSha1(hash) => Digest::update(hash, bytes),
            Self::PlainSha256(hash) => Digest::update(hash, bytes),
            Self::PlainSha512(hash) => Digest::update(hash.as_mut(), bytes),
        }
    }

    /// The tag of what was taken so far. The state is copied where it lies rather than moved out: it is wide.
    #[inline]
    pub(crate) fn tag(&self) -> Tag {
        match self {
            Self::Md5(mac) => Tag::new(&mac.clone().finalize().into_bytes()),
            Self::Sha1(mac) => Tag::new(&mac.clone().finalize().into_bytes()),
            Self::Sha256(mac) => Tag::new(&mac.clone().finalize().into_bytes()),
            Self::Sha384(mac) => Tag::new(&mac.clone().finalize().into_bytes()),
            Self::Sha512(mac) => Tag::new(&mac.clone().finalize().into_bytes()),
            Self::PlainMd5(hash) => Tag::new(&hash.clone().finalize()),
            Self::PlainSha1(hash) => Tag::new(&hash.clone().finalize()),
            Self::PlainSha256(hash) => Tag::new(&hash.clone().finalize()),
            Self::PlainSha512(hash) => Tag::new(&hash.clone().finalize()),
        }
    }
}

/// A tag, computed or received, of at most 64 bytes.
#[derive(Clone, Copy)]
pub(crate) struct Tag {
    bytes: [u8; Self::MAX],
    len: u8,
}

impl Tag {
    pub(crate) const MAX: usize = 64;

    /// A tag of these bytes. Longer input cannot be a tag of ours and gives an empty one, which equals
    /// nothing.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut tag = Self {
            bytes: [0; Self::MAX],
            len: 0,
        };
        if let (Some(slot), Ok(len)) = (tag.bytes.get_mut(..bytes.len()), u8::try_from(bytes.len()))
        {
            slot.copy_from_slice(bytes);
            tag.len = len;
        }
        tag
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Equal in full length and every byte; an empty tag equals nothing. Constant-time in the bytes.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.len != 0 && constant_time_eq(self.as_bytes(), other.as_bytes())
    }
}

/// Compares without an early exit, so that the time taken says nothing about where two values differ.
/// Their lengths are not secret.
#[inline]
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let difference = a.iter().zip(b).fold(0, |acc, (x, y)| acc | (x ^ y));
    // Without the barrier a compiler may turn the fold into a loop that stops early.
    std::hint::black_box(difference) == 0
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
    fn tags_of_other_lengths_or_without_bytes_never_match() {
        let tag = Tag::new(&[7; 32]);
        assert!(tag.matches(&Tag::new(&[7; 32])));
        assert!(!tag.matches(&Tag::new(&[7; 31])));
        assert!(!tag.matches(&Tag::new(&[7; 33])));
        assert!(!tag.matches(&Tag::new(&[])));
        assert!(!Tag::new(&[]).matches(&Tag::new(&[])));
        assert!(!Tag::new(&[1; 65]).matches(&Tag::new(&[1; 65])));
    }
}
