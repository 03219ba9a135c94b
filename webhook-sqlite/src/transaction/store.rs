//! A store whose claims are the beginning of the handler's own transaction.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, Swept, TransactionSlot,
};
use webhook_core::{ReplayKey, ReplayStore, StoreError, StoreErrorKind};

use crate::SqliteStore;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::open::OpenError;
use crate::time::Clock;
use crate::writer::TIME_LIMIT;

/// The settings of the connection in addition to those of the store. The store's own connection
/// checkpoints what it writes itself, and this one what it writes.
const SETTINGS: &str = "pragma wal_autocheckpoint = 1000";

/// Claims each delivery in a transaction on the file of a [`SqliteStore`], and gives that
/// transaction to the handler: the record of the delivery and the handler's writes commit together.
///
/// The handler takes it with the `TransactionalEvent` of its adapter. The sender gets its 200 after
/// the `COMMIT`. Every other answer of the handler rolls back, and so do a panic, a time-out, and a
/// process that is killed.
///
/// SQLite has one writer: handlers run one after the other, and a delivery whose turn does not come
/// within two seconds is answered 503. Keep slow work out of such a handler. The
/// [module](crate::transaction) names the two failures that this avoids. An attempt whose process was
/// killed is not counted.
///
/// It needs a tokio runtime, which waits for the disk on its threads for blocking work.
#[derive(Clone)]
pub struct SqliteTransactions {
    store: SqliteStore,
    connection: Arc<Mutex<Connection>>,
}

impl SqliteStore {
    /// Claims within transactions, over a second connection to the file.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub fn transactional(&self) -> Result<SqliteTransactions, OpenError> {
        let connection = crate::open::connect_again(self.path(), SETTINGS)?;
        Ok(SqliteTransactions {
            store: self.clone(),
            connection: Arc::new(Mutex::new(connection)),
        })
    }
}

/// The transaction that a handler gets from [`SqliteTransactions`]. It derefs to the connection.
///
/// It is committed after the handler has answered. Do not end it in the handler.
pub struct SqliteTransaction {
    connection: OwnedMutexGuard<Connection>,
}

impl SqliteTransaction {
    /// Begins with the write lock, and claims. `None`: nothing was acquired, and nothing is open.
    fn begin(
        connection: OwnedMutexGuard<Connection>,
        key: &ReplayKey,
        request: &ClaimRequest,
    ) -> Result<(Claim, Option<Self>), Failure> {
        connection.busy_timeout(TIME_LIMIT)?;
        connection.execute_batch("begin immediate")?;
        // From here on, dropping it rolls back.
        let transaction = Self { connection };
        let (mut ledger, epoch) = Ledger::join(&transaction, Clock::System.now())?;
        let claim = ledger.claim_with(key, request, Some(epoch))?;
        let is_acquired = matches!(claim, Claim::Acquired(_));
        Ok((claim, is_acquired.then_some(transaction)))
    }

    fn commit(self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, Failure> {
        if self.connection.is_autocommit() {
            return Err(Failure::unknown("the handler has ended the transaction"));
        }
        let (mut ledger, _) = Ledger::join(&self, Clock::System.now())?;
        let commit = ledger.commit(lease, answer)?;
        if commit == Commit::Committed {
            self.connection.execute_batch("commit")?;
        }
        Ok(commit)
    }
}

impl SqliteTransaction {
    /// Rolls back, and settles another claim of the key in a short transaction. The connection stays
    /// borrowed, so no other handler's turn comes in between.
    fn end(
        self,
        key: &ReplayKey,
        request: &ClaimRequest,
        settle: impl FnOnce(&mut Ledger<'_>, &Lease) -> Result<LeaseState, Failure>,
    ) -> Result<LeaseState, Failure> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("rollback")?;
        }
        self.connection.execute_batch("begin immediate")?;
        // From here on, dropping `self` rolls back.
        let (mut ledger, epoch) = Ledger::join(&self, Clock::System.now())?;
        let Claim::Acquired(again) = ledger.claim_with(key, request, Some(epoch))? else {
            return Ok(LeaseState::Lost);
        };
        let state = settle(&mut ledger, &again)?;
        self.connection.execute_batch("commit")?;
        Ok(state)
    }
}

impl Deref for SqliteTransaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

/// Rolls back what is still open.
impl Drop for SqliteTransaction {
    fn drop(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("rollback")
        {
            tracing::error!(target: "webhook", %error, "rollback failed");
        }
    }
}

impl fmt::Debug for SqliteTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteTransaction").finish_non_exhaustive()
    }
}

/// The transaction that a claim began, taken back from the handler.
fn transaction(lease: &Lease) -> Result<SqliteTransaction, StoreError> {
    let transaction = lease.transaction().and_then(TransactionSlot::take);
    transaction.ok_or_else(|| {
        let why = "the handler has answered and still borrows the transaction";
        StoreError::with_source(StoreErrorKind::Misconfigured, why)
    })
}

/// Rolls back, and records what became of the claim.
async fn end(
    lease: &Lease,
    settle: impl FnOnce(&mut Ledger<'_>, &Lease) -> Result<LeaseState, Failure> + Send + 'static,
) -> Result<LeaseState, StoreError> {
    let Some(request) = lease.transaction().and_then(TransactionSlot::request) else {
        return Ok(LeaseState::Lost);
    };
    let (key, request, transaction) = (*lease.key(), request.clone(), transaction(lease)?);
    blocking(move || transaction.end(&key, &request, settle)).await
}

/// Waits for the disk on a thread for that.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, StoreError> {
    match spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(panicked) => Err(StoreError::with_source(
            StoreErrorKind::Unavailable,
            panicked,
        )),
    }
}

impl ReplayStore for SqliteTransactions {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        let turn = timeout(TIME_LIMIT, Arc::clone(&self.connection).lock_owned()).await;
        let connection = turn.map_err(|_| {
            let why = "another transaction on the file did not end in time";
            StoreError::with_source(StoreErrorKind::Unavailable, why)
        })?;
        let (key, asked) = (*key, request.clone());
        let begun = blocking(move || SqliteTransaction::begin(connection, &key, &asked)).await?;
        Ok(match begun {
            (Claim::Acquired(lease), Some(transaction)) => Claim::Acquired(
                lease.with_transaction(TransactionSlot::claimed(transaction, request)),
            ),
            (claim, _) => claim,
        })
    }

    /// The transaction is the lease, so there is nothing to renew.
    async fn renew(&self, lease: &Lease, _: Duration) -> Result<LeaseState, StoreError> {
        Ok(match lease.transaction() {
            Some(_) => LeaseState::Held,
            None => LeaseState::Lost,
        })
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        let (transaction, answer) = (transaction(lease)?, answer.map(Box::<[u8]>::from));
        let lease = crate::store::copy(lease);
        blocking(move || transaction.commit(&lease, answer.as_deref())).await
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        end(lease, |ledger, again| ledger.release(again)).await
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        let note = note.to_owned();
        end(lease, move |ledger, again| ledger.bury(again, &note)).await
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.store.revive(key).await
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        self.store.dead(after, at_most).await
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.store.forget(key).await
    }

    async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        self.store.sweep(at_most).await
    }

    async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        self.store.check().await
    }
}

impl fmt::Debug for SqliteTransactions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteTransactions")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}
