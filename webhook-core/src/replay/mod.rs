//! Replay protection: the store that remembers deliveries, and what a store promises.
//!
//! A verified delivery is *claimed* before the handler runs. It is *committed* when the handler
//! succeeded, and *released* when the handler failed. A copy that arrives during the run finds the
//! claim and is answered 503, so the sender retries. A copy that arrives after the commit is
//! answered 200 without a run.
//!
//! [`ReplayStore`] is the contract of a store: the record it keeps, the rules of that record, and
//! what each wrong answer costs. [`MemoryStore`] is the store of a single process. The module
//! `conformance` (feature `conformance`) tests any store against the contract.

mod answers;
#[cfg(feature = "conformance")]
pub mod conformance;
pub(crate) mod erased;
mod key;
mod lease;
mod memory;
pub(crate) mod neighbours;
mod request;
mod store;

pub use answers::{Claim, Commit, LeaseState};
pub use key::ReplayKey;
pub(crate) use key::{KeyOf, KeyPrefix};
pub use lease::{Lease, Owner};
pub use memory::{MemoryStore, MemoryStoreBuilder};
pub use request::{ClaimRequest, LabelBound};
pub use store::ReplayStore;
