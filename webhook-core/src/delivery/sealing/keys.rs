//! The keys that seal deliveries.

use std::fmt;
use std::sync::Arc;

use crate::crypto::RunningMac;
use crate::secret_store::KeyRing;

/// The keys that seal deliveries at rest. Clones share them.
///
/// They are derived from the keys of a [`KeyRing`], so one ring serves both the secrets of tenants
/// and stored deliveries: the key of an id is HMAC-SHA-256 of the text `webhook-delivery`, keyed
/// with the ring's key of that id. Whoever knows a derived key does not learn the ring's key.
///
/// The ring's current key seals, and all of them open. To replace a key, put a new one in front and
/// keep the old one for as long as deliveries that it sealed are stored.
#[derive(Clone)]
pub struct SealKeys(Arc<[SealKey]>);

struct SealKey {
    id: Box<str>,
    mac: RunningMac,
}

impl SealKeys {
    /// The keys that are derived from this ring.
    #[must_use]
    pub fn new(ring: &KeyRing) -> Self {
        let keys = ring.delivery_keys();
        let keys = keys.map(|(id, mac)| SealKey {
            id: id.into(),
            mac: mac.clone(),
        });
        Self(keys.collect())
    }

    /// The key that seals, with its id. `None` never happens: a ring has a key.
    pub(super) fn current(&self) -> Option<(&str, RunningMac)> {
        self.0.first().map(|key| (&*key.id, key.mac.clone()))
    }

    pub(super) fn get(&self, id: &str) -> Option<RunningMac> {
        let found = self.0.iter().find(|key| *key.id == *id);
        found.map(|key| key.mac.clone())
    }
}

impl From<&KeyRing> for SealKeys {
    fn from(ring: &KeyRing) -> Self {
        Self::new(ring)
    }
}

/// Shows the ids.
impl fmt::Debug for SealKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.0.iter().map(|key| &key.id).collect();
        f.debug_tuple("SealKeys").field(&ids).finish()
    }
}
