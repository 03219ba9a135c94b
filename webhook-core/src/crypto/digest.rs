//! SHA-256 over what identifies a delivery, and SHA-512 over what a sender names by it.

use hmac::digest::block_api::{Buffer, CoreProxy, UpdateCore as _};
use sha2::{Digest, Sha256, Sha512};

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

/// A running SHA-512, for the digest that a sender names.
#[derive(Clone, Default)]
pub(crate) struct RunningWideDigest(Sha512);

impl RunningWideDigest {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        Digest::update(&mut self.0, bytes);
    }

    pub(crate) fn finish(self) -> [u8; 64] {
        self.0.finalize().into()
    }
}

/// A SHA-256 that has read one block: what many digests begin with. It has no buffer for the next
/// block, so it takes 40 bytes.
#[derive(Clone)]
pub(crate) struct DigestPrefix(Core);

type Core = <Sha256 as CoreProxy>::Core;

impl DigestPrefix {
    pub(crate) fn new(block: [u8; 64]) -> Self {
        let (mut core, _) = Sha256::new().decompose();
        core.update_blocks(&[block.into()]);
        Self(core)
    }

    /// A digest of the block and of what follows.
    #[inline]
    pub(crate) fn begin(&self) -> RunningDigest {
        RunningDigest(Sha256::compose(self.0.clone(), Buffer::<Core>::default()))
    }
}
