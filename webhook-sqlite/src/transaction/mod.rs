//! The transactional mode: the record of a delivery and its effects in one COMMIT.
//!
//! For applications that keep their data in the same file. Without it, two failures are left, and
//! each needs only a process that ends at the wrong moment:
//!
//! * A **zombie record** is a record without its effects. The delivery is recorded as done, and the
//!   effects are rolled back or were never written. The event is lost.
//! * A **ghost effect** is an effect without its record. The effects are committed, and the record
//!   is not. The sender retries, and the effects happen again.
//!
//! With one transaction for both there is neither: they are written together, or not at all.
//!
//! ```
//! use std::time::Duration;
//! use rusqlite::{Connection, TransactionBehavior};
//! use webhook_core::ReplayKey;
//! use webhook_core::replay::{Claim, ClaimRequest, Commit, Owner};
//! use webhook_sqlite::transaction::{claim_in, commit_in};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("webhook-sqlite-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("shop.db");
//! // Opening the store makes its tables. They can also be made by your migrations.
//! let store = webhook_sqlite::SqliteStore::open(&path)?;
//! let mut db = Connection::open(&path)?;
//! db.execute_batch("pragma synchronous = full; create table paid (invoice text) strict")?;
//!
//! # let key = ReplayKey::from_bytes([7; 32]);
//! # let day = Duration::from_secs(86_400);
//! # let request = ClaimRequest::new(Owner::from_bits(1), Duration::from_secs(60), 7 * day);
//! let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
//! let Claim::Acquired(lease) = claim_in(&transaction, &key, &request)? else {
//!     panic!("a copy: roll back, and answer 200, or 503 if another run is in flight");
//! };
//! transaction.execute("insert into paid values ('in_1')", [])?;
//! assert_eq!(commit_in(&transaction, &lease, None)?, Commit::Committed);
//! transaction.commit()?; // Answer 200 after this line only.
//!
//! let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
//! assert!(matches!(claim_in(&transaction, &key, &request)?, Claim::Done { .. }));
//! # drop((transaction, store));
//! # std::fs::remove_dir_all(folder)?;
//! # Ok(())
//! # }
//! ```
//!
//! # Rules
//!
//! * Begin with `BEGIN IMMEDIATE`. A deferred transaction that has read before it claims fails with
//!   [`Unavailable`](webhook_core::StoreErrorKind::Unavailable) if another connection has written
//!   since.
//! * SQLite has one writer. From the claim to the COMMIT, every other claim on the file waits, and
//!   fails after two seconds. Do slow work, such as calls to other services, before you begin.
//! * Roll back if the answer is not [`Acquired`](webhook_core::replay::Claim::Acquired), and if the
//!   commit is not [`Committed`](webhook_core::replay::Commit::Committed).
//! * `pragma synchronous = full` is a setting of each connection. With less, a power loss may undo
//!   the last transactions: whole ones, so that neither failure above appears.
//! * A transaction that is rolled back leaves no record. [`SqliteTransactions`] records a failed
//!   attempt afterwards, in a transaction of its own. An attempt whose process was killed is not
//!   counted.
//!
//! # A claim outside, a commit inside
//!
//! A claim of [`SqliteStore`](crate::SqliteStore) can be committed with [`commit_in`] too: then
//! copies are answered while the handler runs, attempts are counted, and the lock is held only for
//! the effects. The engine's own commit afterwards finds the record done by the same lease.
//!
//! # A stored delivery
//!
//! With the feature `inbox`, `done_in` records a stored delivery as done in the transaction of its
//! effects, and `put_step_in` keeps a step in that of the effects of the step. Both are for a
//! worker that holds the lease of the job. `SqliteInbox::done_with` and `step_with` do the same in a
//! transaction of the store's own writer, which no other connection keeps waiting.
//!
//! [`sqlx`] has the same functions for connections of sqlx (feature `sqlx`).

#[cfg(feature = "inbox")]
mod job;
#[cfg(feature = "sqlx")]
#[cfg_attr(docsrs, doc(cfg(feature = "sqlx")))]
pub mod sqlx;
#[cfg(all(feature = "inbox", feature = "sqlx"))]
mod sqlx_job;
mod store;

#[cfg(feature = "inbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "inbox")))]
pub use job::{done_in, put_step_in};

pub use store::{SqliteTransaction, SqliteTransactions};

use std::time::Duration;

use rusqlite::{Connection, Transaction};
use webhook_core::ordering::{EntityKey, Order, Version};
use webhook_core::replay::{Claim, ClaimRequest, Commit, Lease};
use webhook_core::{ReplayKey, StoreError};

use crate::ledger::Ledger;
use crate::time::Clock;

/// Claims `key` in your transaction, like [`ReplayStore::claim`](webhook_core::ReplayStore::claim).
///
/// Other connections see the claim after the COMMIT. Call [`commit_in`] before it: a claim that is
/// committed alone is in flight until its lease ends, and then the event runs again.
///
/// # Errors
///
/// If the transaction cannot take the write lock, if a record cannot be read, or if the tables are
/// absent or of another version. Roll back, and answer 503.
pub fn claim_in(
    transaction: &Transaction<'_>,
    key: &ReplayKey,
    request: &ClaimRequest,
) -> Result<Claim, StoreError> {
    let (mut ledger, epoch) = Ledger::join(transaction, Clock::System.now())?;
    Ok(ledger.claim_with(key, request, Some(epoch))?)
}

/// Records the delivery as done in your transaction, like
/// [`ReplayStore::commit`](webhook_core::ReplayStore::commit).
///
/// # Errors
///
/// Those of [`claim_in`].
pub fn commit_in(
    transaction: &Transaction<'_>,
    lease: &Lease,
    answer: Option<&[u8]>,
) -> Result<Commit, StoreError> {
    let (mut ledger, _) = Ledger::join(transaction, Clock::System.now())?;
    Ok(ledger.commit(lease, answer)?)
}

/// Raises the version of an object in your transaction, and compares, like
/// [`OrderingStore::advance`](webhook_core::ordering::OrderingStore::advance). A rollback undoes it.
///
/// # Errors
///
/// Those of [`claim_in`].
pub fn advance_in(
    transaction: &Connection,
    entity: &EntityKey,
    version: Version,
    retain: Duration,
) -> Result<Order, StoreError> {
    let (mut ledger, _) = Ledger::join(transaction, Clock::System.now())?;
    Ok(ledger.advance(entity, version, retain)?)
}
