//! Replay protection: the store that remembers deliveries, and what a store promises.
//!
//! A verified delivery is *claimed* before the handler runs. It is *committed* when the handler
//! succeeded, and *released* when the handler failed. A copy that arrives during the run finds the
//! claim and is answered 503, so the sender retries. A copy that arrives after the commit is
//! answered 200 without a run, or with the answer that was remembered. A delivery that fails again
//! and again can be *buried*: it is dead, no copy of it runs, and people find it in a list.
//!
//! [`ReplayStore`] is the contract of a store: the record it keeps, the rules of that record, and
//! what each wrong answer costs. [`MemoryStore`] is the store of a single process. The module
//! `conformance` (feature `conformance`) tests any store against the contract.

mod answers;
#[cfg(feature = "conformance")]
pub mod conformance;
mod dead;
pub(crate) mod erased;
mod key;
mod lease;
mod memory;
pub(crate) mod neighbours;
mod request;
mod store;
mod upkeep;

pub use answers::{Claim, Commit, LeaseState, MAX_ANSWER};
pub use dead::{DeadRecord, MAX_NOTE};
pub use key::ReplayKey;
pub(crate) use key::{KeyOf, KeyPrefix};
pub use lease::{Lease, Owner};
pub use memory::{MemoryStore, MemoryStoreBuilder};
pub use request::{ClaimRequest, LabelBound};
pub use store::ReplayStore;
pub use upkeep::{Finding, FindingKind, Swept};
