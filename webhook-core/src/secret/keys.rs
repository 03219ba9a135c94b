//! The secrets of a scheme, prepared once.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::crypto::RunningMac;
use crate::crypto::public::PublicKey;

/// The configured secrets of one scheme, in slot order. Clones share them, so no delivery copies a
/// secret.
#[derive(Clone)]
pub(crate) struct Keys(Arc<[Key]>);

/// A configured secret in the form that its scheme uses.
#[allow(clippy::large_enum_variant, reason = "one per secret, and shared")]
pub(crate) enum Key {
    /// A keyed hash, and the bytes of the secret for schemes that also sign them.
    Mac(RunningMac, Zeroizing<Vec<u8>>),
    /// A token or credentials.
    Text(Zeroizing<Vec<u8>>),
    Public(PublicKey),
}

impl Keys {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, slot: usize) -> Option<&Key> {
        self.0.get(slot)
    }

    /// The keyed hashes, each ready for a message.
    pub(crate) fn macs(&self) -> impl Iterator<Item = RunningMac> {
        self.keyed_hashes().cloned()
    }

    /// Like [`macs`](Self::macs), by reference: the caller clones each into its final place.
    pub(crate) fn keyed_hashes(&self) -> impl Iterator<Item = &RunningMac> {
        self.0.iter().filter_map(Key::mac)
    }

    /// The bytes of the secrets. Empty for public keys.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Key::text)
    }

    pub(crate) fn public(&self) -> Vec<PublicKey> {
        let public = self.0.iter().filter_map(|key| match key {
            Key::Public(key) => Some(key.clone()),
            Key::Mac(..) | Key::Text(_) => None,
        });
        public.collect()
    }
}

impl FromIterator<Key> for Keys {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        Self(keys.into_iter().collect())
    }
}

impl Key {
    pub(crate) fn mac(&self) -> Option<&RunningMac> {
        match self {
            Self::Mac(mac, _) => Some(mac),
            Self::Text(_) | Self::Public(_) => None,
        }
    }

    pub(crate) fn text(&self) -> &[u8] {
        match self {
            Self::Mac(_, text) | Self::Text(text) => text,
            Self::Public(_) => &[],
        }
    }
}
