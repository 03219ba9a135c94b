//! Stored deliveries that are done in the transaction of their effects.

use rusqlite::Transaction;
use webhook_core::StoreError;
use webhook_core::replay::LeaseState;
use webhook_inbox::{Ending, JobLease, Step};

use crate::inbox;
use crate::ledger::Ledger;
use crate::time::Clock;

/// Records a job as done in your transaction, in which its effects are.
///
/// Commit if the answer is [`Held`](LeaseState::Held), and roll back if it is
/// [`Lost`](LeaseState::Lost): another worker has the job. Settling the job as done afterwards changes
/// nothing.
///
/// ```
/// use rusqlite::{Connection, TransactionBehavior};
/// use webhook_core::replay::LeaseState;
/// use webhook_sqlite::transaction::done_in;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("webhook-sqlite-job-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("shop.db");
/// # let store = webhook_sqlite::SqliteStore::open(&path)?;
/// # let owner = webhook_core::replay::Owner::from_bits(1);
/// # let lease = webhook_inbox::JobLease::new(webhook_inbox::JobId::from_number(1), owner, 1);
/// let mut db = Connection::open(&path)?;
/// let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
/// // Write the effects. Here, another worker has taken the job.
/// match done_in(&transaction, &lease)? {
///     LeaseState::Held => transaction.commit()?,
///     _ => transaction.rollback()?,
/// }
/// # drop((store, db));
/// # std::fs::remove_dir_all(folder)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`claim_in`](super::claim_in).
pub fn done_in(transaction: &Transaction<'_>, lease: &JobLease) -> Result<LeaseState, StoreError> {
    let (ledger, _) = Ledger::join(transaction, Clock::System.now())?;
    Ok(inbox::settle_job(&ledger, lease, &Ending::Done)?)
}

/// Keeps a step in your transaction, in which its effects are.
///
/// Commit if the answer is [`Held`](LeaseState::Held), and roll back if it is
/// [`Lost`](LeaseState::Lost): the lease is lost, or the step is done already, and
/// [`steps`](webhook_inbox::InboxTable::steps) has what it returned.
///
/// # Errors
///
/// Those of [`claim_in`](super::claim_in), and that of a step outside of its
/// [limits](Step::check).
pub fn put_step_in(
    transaction: &Transaction<'_>,
    lease: &JobLease,
    step: &Step,
) -> Result<LeaseState, StoreError> {
    step.check()?;
    // It takes the write lock, so no other worker takes the job before the COMMIT.
    Ledger::join(transaction, Clock::System.now())?;
    Ok(inbox::put_in(transaction, lease, step)?)
}
