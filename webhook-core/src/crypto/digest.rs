//! SHA-256 over what identifies a delivery.

use sha2::{Digest, Sha256};

/// A running SHA-256, for replay keys and content identities.
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

    /// Writes a field after its length, so that different lists of fields have different digests.
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
