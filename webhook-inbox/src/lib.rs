//! Stores verified webhook deliveries before they are acknowledged, and hands them to workers later.
//!
//! A sender that is answered 200 does not send again. So a delivery whose work takes long, or may
//! fail, is stored first, in the database of the application: a 200 then means that it is on the
//! disk. It is stored together with its replay key, in one transaction, and a copy is recognised
//! whether it comes before or after the work.
//!
//! * [`Inbox`] seals deliveries, and opens them again. An endpoint gets it with
//!   [`durable`](webhook_core::EndpointBuilder::durable): see the example of [`Inbox`].
//! * [`InboxTable`] is the contract of a table: the states of a job, and the rules. `webhook-sqlite`
//!   and `webhook-postgres` have one each, with their feature `inbox`.
//! * What people see of jobs serializes as JSON, without records and bodies: see [`JobInfo`].
//! * [`MemoryInbox`] is a table for tests.
//! * The module `conformance` (feature `conformance`) tests any table against the contract.
//!
//! # What a table can be trusted with
//!
//! Records are sealed with HMAC-SHA-256: a row that somebody else wrote or changed never becomes a
//! delivery, and a row of one tenant does not open as one of another. They are not encrypted: who
//! reads the table reads the payloads. See [`SealedDelivery`].

#![cfg_attr(docsrs, feature(doc_cfg))]

mod acceptance;
mod action;
mod bell;
#[cfg(feature = "conformance")]
pub mod conformance;
mod consumers;
mod ending;
mod inbox;
mod job;
mod json;
mod listing;
mod memory;
mod step;
mod table;
mod taking;
mod text;

pub use acceptance::Acceptance;
pub use action::{Action, Change, Changed, LAST_CHANGES};
pub use bell::Rung;
pub use consumers::ConsumerError;
pub use ending::{Attempt, Ending, Failure, LAST_ATTEMPTS};
pub use inbox::Inbox;
pub use job::{Job, JobId, JobLease, JobState, Lane};
pub use listing::{JobFilter, JobInfo, LaneStats, Listed, Stats, StoredJob};
pub use memory::MemoryInbox;
pub use step::{MAX_STEP_NAME, MAX_STEP_VALUE, Step, StepState};
pub use table::InboxTable;
pub use taking::{Pruned, Retention, TakeRequest, Taken};
pub use webhook_core::secret_store::KeyRing;
pub use webhook_core::{
    Accepted, Acceptor, SealKeys, SealedDelivery, StoredHead, UnsealError, Unsealed,
};
