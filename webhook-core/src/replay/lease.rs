//! An acquired claim, and its owner.

use std::num::NonZeroU64;

use crate::replay::ReplayKey;

/// The owner of a claim: 128 bits that no other delivery has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner(u128);

impl Owner {
    /// An owner with these bits. Each delivery needs different ones.
    #[must_use]
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The bits.
    #[must_use]
    pub const fn to_bits(self) -> u128 {
        self.0
    }
}

/// An acquired claim. It is not `Clone`, because it is settled once.
#[derive(Debug)]
#[must_use]
pub struct Lease {
    key: ReplayKey,
    owner: Owner,
    epoch: NonZeroU64,
    attempt: u32,
}

impl Lease {
    /// A lease as a store grants it. `attempt` counts from one.
    pub const fn new(key: ReplayKey, owner: Owner, epoch: NonZeroU64, attempt: u32) -> Self {
        Self {
            key,
            owner,
            epoch,
            attempt,
        }
    }

    /// The key that is claimed.
    #[must_use]
    pub const fn key(&self) -> &ReplayKey {
        &self.key
    }

    /// The owner of the claim.
    #[must_use]
    pub const fn owner(&self) -> Owner {
        self.owner
    }

    /// The fencing token: higher than that of every earlier claim of the key.
    #[must_use]
    pub const fn epoch(&self) -> NonZeroU64 {
        self.epoch
    }

    /// The number of this attempt at the delivery, counted from one.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }
}
