//! Remembering deliveries: the store a claim is made in, and what it promises.
//!
//! A verified delivery is *claimed* before the handler runs, *committed* when it succeeded and *released*
//! when it did not. A copy that arrives meanwhile finds the claim and is told to come back; one that arrives
//! afterwards finds the commit and is answered 200 without running.
//!
//! What a store must do is spelled out on [`ReplayStore`], with what each wrong answer costs, and tested by the
//! `conformance` module (feature `conformance`) for any store.

use std::fmt;
use std::future::Future;
use std::num::{NonZeroU16, NonZeroU64};
use std::time::Duration;

use crate::error::StoreError;

#[cfg(feature = "conformance")]
pub mod conformance;
pub(crate) mod erased;
mod key;
mod memory;
pub(crate) mod neighbours;

pub use key::ReplayKey;
pub(crate) use key::{KeyOf, KeyPrefix};
pub use memory::{MemoryStore, MemoryStoreBuilder};

/// Where deliveries are remembered.
///
/// For each [`ReplayKey`] a store holds one record: claimed by an owner until its lease ends, released or done.
/// Every operation is atomic for its key, and all times are the store's own, so that receivers whose clocks
/// differ share one truth.
///
/// What a wrong answer costs:
///
/// * [`claim`](Self::claim) says `Acquired` while another claim is alive, or after a commit: the handler runs
///   twice. This is the one promise money depends on.
/// * It says `Done` without a commit: an event is lost, because the sender is told 200. Worse than running twice.
/// * It says `InFlight` for ever: the sender gives up after its retries, and the event is lost. A lease must end.
/// * An error costs a retry: the delivery is answered 503 and not run. When in doubt, be in error.
///
/// Every operation ends by itself, in an error if need be, within a time of the store's own (two seconds is a good
/// one): callers never cancel an operation half-way, because a cancelled one may leave a pooled connection in the middle
/// of a transaction.
///
/// There are no default methods: each is a promise of its own.
pub trait ReplayStore: fmt::Debug + Send + Sync + 'static {
    /// Claims `key` for `request.owner`.
    ///
    /// Nothing recorded, or released, or claimed with a lease that has ended: the claim is
    /// [`Acquired`](Claim::Acquired), with an epoch higher than any this key ever had, and one attempt more. Claimed
    /// by the same owner already, with the lease alive: acquired again, with the same epoch, because the first
    /// answer may have been lost. Otherwise the record stays as it is, and the answer says what it is.
    ///
    /// A record is kept for `request.retain` after it was last written.
    ///
    /// Where the request has a [bound](LabelBound), a record that does not exist yet is counted
    /// under the bound's group before it is made, in the same atomic step: the count begins with
    /// the first, ends `request.retain` after the first, and if it has reached `at_most` the answer
    /// is [`OverBound`](Claim::OverBound) and nothing is recorded. A record that exists is answered
    /// as if there was no bound. A store that counts too little lets a thief run one captured
    /// delivery under more invented labels; one that counts too much loses events.
    fn claim(
        &self,
        key: &ReplayKey,
        request: &ClaimRequest,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// Moves the end of a lease to `by` from now, if it is still this lease's.
    fn renew(
        &self,
        lease: &Lease,
        by: Duration,
    ) -> impl Future<Output = Result<LeaseState, StoreError>> + Send;

    /// Records the delivery as done, if the lease was not taken over. A lease that ended and that nobody took
    /// over still counts.
    fn commit(&self, lease: &Lease) -> impl Future<Output = Result<Commit, StoreError>> + Send;

    /// Gives a claim back, so that the next copy runs at once. The record stays, for its epoch and its count of
    /// attempts. A lease that was taken over is left alone.
    fn release(&self, lease: &Lease)
    -> impl Future<Output = Result<LeaseState, StoreError>> + Send;

    /// Forgets `key` whatever its state, so that an operator can have a done delivery run again. Says whether there
    /// was anything to forget.
    fn forget(&self, key: &ReplayKey) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// What is asked of [`ReplayStore::claim`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClaimRequest {
    /// Who claims; new for each delivery.
    pub owner: Owner,
    /// For how long nobody else may claim, at least.
    pub lease: Duration,
    /// For how long the record is kept after it was last written.
    pub retain: Duration,
    /// For how long a done record must not be forgotten even under pressure, because until then a
    /// copy would still be fresh and run again. At most `retain`; zero where no time is signed, so
    /// that no copy ever ceases to be fresh.
    pub protect: Duration,
    /// A hash of the body, to tell a copy from another payload under the same id. It decides nothing.
    pub fingerprint: u64,
    /// How many keys of a group may be claimed for the first time; no limit unless set.
    pub bound: Option<LabelBound>,
}

/// A limit for keys that are made of unsigned labels: a thief can invent labels for one captured
/// delivery, but not without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LabelBound {
    /// What the keys have in common. No delivery has this key itself.
    pub group: ReplayKey,
    /// How many different keys of the group are accepted until the retention of the first has passed.
    pub at_most: NonZeroU16,
}

impl LabelBound {
    /// A bound of `at_most` keys of `group`.
    #[must_use]
    pub const fn new(group: ReplayKey, at_most: NonZeroU16) -> Self {
        Self { group, at_most }
    }
}

impl ClaimRequest {
    /// A request with these durations.
    #[must_use]
    pub const fn new(owner: Owner, lease: Duration, retain: Duration) -> Self {
        Self {
            owner,
            lease,
            retain,
            protect: retain,
            fingerprint: 0,
            bound: None,
        }
    }
}

/// The answer to a claim.
#[derive(Debug)]
#[non_exhaustive]
pub enum Claim {
    /// The delivery is the claimant's to run.
    Acquired(Lease),
    /// Another owner is at it.
    InFlight {
        /// How long its lease still lasts.
        retry_after: Duration,
    },
    /// It is done.
    Done {
        /// Whether the payload was the same then; `true` where the store cannot tell.
        same_payload: bool,
    },
    /// The key is new, and its group has as many keys as its [bound](LabelBound) allows. Nothing
    /// was recorded.
    OverBound,
}

/// Who holds a claim: 128 bits that no other claim has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner(u128);

impl Owner {
    /// An owner of these bits, which nobody else may use.
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

/// A claim that was acquired. Not `Clone`: it is settled once.
#[derive(Debug)]
#[must_use]
pub struct Lease {
    key: ReplayKey,
    owner: Owner,
    epoch: NonZeroU64,
    attempt: u32,
}

impl Lease {
    /// A lease as a store grants it: the `attempt`th on `key`, counted from one.
    pub const fn new(key: ReplayKey, owner: Owner, epoch: NonZeroU64, attempt: u32) -> Self {
        Self {
            key,
            owner,
            epoch,
            attempt,
        }
    }

    /// What is claimed.
    #[must_use]
    pub const fn key(&self) -> &ReplayKey {
        &self.key
    }

    /// Who claimed it.
    #[must_use]
    pub const fn owner(&self) -> Owner {
        self.owner
    }

    /// The fencing token: higher with every claim of the key.
    #[must_use]
    pub const fn epoch(&self) -> NonZeroU64 {
        self.epoch
    }

    /// Which attempt this is, counted from one.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// The answer to a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Commit {
    /// The delivery is recorded as done.
    Committed,
    /// It already was, by this very lease.
    AlreadyCommitted,
    /// Another claim took over. What the handler did, another will do too.
    LeaseLost,
}

/// Whether a lease was still its holder's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeaseState {
    /// It was, and the operation took place.
    Held,
    /// It was not, and nothing changed.
    Lost,
}
