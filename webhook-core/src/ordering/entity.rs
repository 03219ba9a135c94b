use std::fmt;

use crate::crypto::RunningDigest;
use crate::delivery::Delivery;
use crate::provider::Mode;

/// The key of an object in an [`OrderingStore`](super::OrderingStore): SHA-256 over consumer,
/// provider, tenant, mode, and the application's name of the object.
///
/// Each has its length in front, so no two objects share a key, and no tenant touches the object of
/// another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityKey([u8; 32]);

impl EntityKey {
    /// The key of the object `entity` that a delivery is about.
    #[must_use]
    pub fn of(delivery: &Delivery, entity: &str) -> Self {
        let mut digest = RunningDigest::new();
        digest.field(b"who1");
        digest.field(delivery.consumer().unwrap_or_default().as_bytes());
        digest.field(delivery.provider().as_bytes());
        digest.field(delivery.tenant().unwrap_or_default().as_bytes());
        digest.update(&[match delivery.mode() {
            None => 0,
            Some(Mode::Live) => 1,
            Some(Mode::Test) => 2,
        }]);
        digest.field(entity.as_bytes());
        Self(digest.finish())
    }

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

/// Shows eight hexadecimal digits.
impl fmt::Debug for EntityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "EntityKey({a:02x}{b:02x}{c:02x}{d:02x}…)")
    }
}
