//! The key that a delivery is remembered by.

use std::fmt;

use crate::crypto::{DigestPrefix, RunningDigest};
use crate::provider::Mode;

/// The key of a delivery in a store: SHA-256 over consumer, provider, tenant, mode and identity.
/// Each has its length in front, so no two lists of them make the same key.
///
/// The provider's [`Identity`](crate::Identity) says what the identity consists of: a signed id, or
/// a digest of the signed message. If it has to include unsigned labels, their number is
/// [bounded](super::LabelBound): an attacker can replay a captured delivery under invented ones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReplayKey([u8; 32]);

impl ReplayKey {
    /// A key with these bytes, as a store reads them back.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Shows eight hexadecimal digits: enough to find a delivery in a log, too few to learn its id.
impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "ReplayKey({a:02x}{b:02x}{c:02x}{d:02x}…)")
    }
}

/// The identity in a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyOf<'a> {
    /// An id.
    Id(&'a str),
    /// A digest of the content, and labels that tell deliveries with the same content apart.
    Content {
        content: [u8; 32],
        labels: &'a [Option<Box<str>>],
    },
    /// A digest of the content, for all deliveries that have it, whatever their labels are.
    Group([u8; 32]),
}

/// The part of a key that all deliveries of an endpoint share. It is hashed once.
#[derive(Clone)]
pub(crate) struct KeyPrefix(DigestPrefix);

impl KeyPrefix {
    pub(crate) fn new(consumer: &str, provider: &str, tenant: &str) -> Self {
        let mut shared = RunningDigest::new();
        shared.field(consumer.as_bytes());
        shared.field(provider.as_bytes());
        shared.field(tenant.as_bytes());
        // It fills a whole block, so that each delivery hashes as few blocks as possible.
        let mut block = [0; 64];
        let bytes = b"whk1".iter().chain(&[0; 28]).copied();
        for (place, byte) in block.iter_mut().zip(bytes.chain(shared.finish())) {
            *place = byte;
        }
        Self(DigestPrefix::new(block))
    }

    pub(crate) fn key(&self, mode: Option<Mode>, of: KeyOf<'_>) -> ReplayKey {
        let mut digest = self.0.begin();
        let mode = match mode {
            None => 0,
            Some(Mode::Live) => 1,
            Some(Mode::Test) => 2,
        };
        match of {
            KeyOf::Id(id) => {
                digest.update(&[mode, 0]);
                digest.field(id.as_bytes());
            }
            KeyOf::Group(content) => {
                digest.update(&[mode, 2]);
                digest.update(&content);
            }
            KeyOf::Content { content, labels } => {
                digest.update(&[mode, 1]);
                digest.update(&content);
                for label in labels {
                    digest.field(label.as_deref().unwrap_or_default().as_bytes());
                }
            }
        }
        ReplayKey(digest.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stores have keys of earlier versions.
    #[test]
    fn a_key_stays_what_it_is() {
        let key = KeyPrefix::new("billing", "stripe", "acme").key(None, KeyOf::Id("evt_1"));
        let known = "4cfcba2b7f677e67f7e95767c413c515b19c8ec5fec1339d6ff0a87faa82a075";
        assert_eq!(const_hex::encode(key.as_bytes()), known);
    }

    #[test]
    fn scopes_modes_and_kinds_of_identity_never_share_a_key() {
        let id = KeyOf::Id("evt_1");
        let keys = [
            KeyPrefix::new("", "stripe", "").key(None, id),
            KeyPrefix::new("a", "stripe", "").key(None, id),
            KeyPrefix::new("", "stripe", "a").key(None, id),
            KeyPrefix::new("", "astripe", "").key(None, id),
            KeyPrefix::new("", "stripe", "").key(Some(Mode::Live), id),
            KeyPrefix::new("", "stripe", "").key(Some(Mode::Test), id),
            KeyPrefix::new("", "stripe", "").key(None, KeyOf::Id("evt_2")),
            KeyPrefix::new("", "stripe", "").key(
                None,
                KeyOf::Content {
                    content: [0; 32],
                    labels: &[],
                },
            ),
            KeyPrefix::new("", "stripe", "").key(
                None,
                KeyOf::Content {
                    content: [0; 32],
                    labels: &[Some("orders/paid".into())],
                },
            ),
            KeyPrefix::new("", "stripe", "").key(None, KeyOf::Group([0; 32])),
        ];
        for (i, a) in keys.iter().enumerate() {
            for b in keys.iter().skip(i + 1) {
                assert_ne!(a, b);
            }
        }
    }
}
