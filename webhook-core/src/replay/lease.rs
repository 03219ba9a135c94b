//! An acquired claim, and its owner.

use std::num::NonZeroU64;

use crate::replay::{ReplayKey, TransactionSlot};

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
    transaction: Option<TransactionSlot>,
}

impl Lease {
    /// A lease as a store grants it. `attempt` counts from one.
    pub const fn new(key: ReplayKey, owner: Owner, epoch: NonZeroU64, attempt: u32) -> Self {
        Self {
            key,
            owner,
            epoch,
            attempt,
            transaction: None,
        }
    }

    /// A lease that lasts as long as this transaction, in which the store has recorded the claim.
    /// The store takes the transaction out of the [slot](Self::transaction) to commit or release
    /// the lease. Such a lease is never renewed, and its commit is never retried.
    pub fn with_transaction(mut self, transaction: TransactionSlot) -> Self {
        self.transaction = Some(transaction);
        self
    }

    /// The same lease, to renew it while it is held.
    pub(crate) fn to_renew(&self) -> Self {
        Self::new(self.key, self.owner, self.epoch, self.attempt)
    }

    /// The transaction that the claim is recorded in, if the store claims within one.
    #[must_use]
    pub const fn transaction(&self) -> Option<&TransactionSlot> {
        self.transaction.as_ref()
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
