//! Running keyed and plain hashes.

use hmac::KeyInit;
use hmac::block_api::HmacCore;
use hmac::digest::block_api::{Buffer, CoreProxy, FixedOutputCore, UpdateCore};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::crypto::Tag;

/// A keyed or plain hash in progress. Each delivery starts with a clone of the prepared one.
///
/// The large states are boxed. Otherwise every move of the small ones, which nearly all providers
/// use, would be as expensive.
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

/// A keyed hash that makes no tag for a message that could be the text of a challenge. So the tag
/// of a challenge is never the tag of a delivery.
#[derive(Clone)]
pub(crate) struct OfDeliveries {
    mac: RunningMac,
    /// Whether all bytes so far are [plain](is_plain). `None` before the first byte.
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

/// Whether text only has characters of base64 and hexadecimal, like every challenge that is
/// answered with a tag. Signed messages of deliveries have other characters: JSON punctuation, or a
/// separator between time and body.
pub(crate) fn is_plain(text: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(byte);
    text.iter().all(plain)
}

/// The state of a library's hash, and its partly filled block. The library's own combination is
/// consumed when it is finished, so it has to be copied first. This one finishes in place.
#[derive(Clone, Default)]
pub(crate) struct Running<C: UpdateCore + FixedOutputCore> {
    core: C,
    buffer: Buffer<C>,
}

impl<C: UpdateCore + FixedOutputCore + KeyInit> Running<C> {
    pub(super) fn keyed(key: &[u8]) -> Self {
        // HMAC accepts keys of any length (RFC 2104 §2), and this is only used for HMAC.
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
    /// The keyed hash for deliveries of a provider whose challenges are answered with the same key.
    pub(crate) fn of_deliveries(self) -> Self {
        Self::OfDeliveries(Box::new(OfDeliveries {
            mac: self,
            is_plain: None,
        }))
    }

    /// The keyed hash that answers challenges. `None` if the key does not.
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

    /// The tag of the message. Do not update afterwards: the result would be meaningless.
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
