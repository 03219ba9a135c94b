//! A store whose claims are the beginning of the handler's own transaction.

use std::fmt;
use std::time::Duration;

use sqlx::{PgPool, Postgres};
use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, ReplayKey, ReplayStore,
    Swept, TransactionSlot,
};
use webhook_core::{StoreError, StoreErrorKind};

use crate::PostgresStore;
use crate::error::store_error;
use crate::settle::State;

/// The transaction that a handler gets from [`PostgresTransactions`].
pub type PgTransaction = sqlx::Transaction<'static, Postgres>;

/// Claims each delivery in a transaction of the application's pool, and gives that transaction to
/// the handler: the record of the delivery and the handler's writes commit together.
///
/// The handler takes it with the `TransactionalEvent` of its adapter. The sender gets its 200 after
/// the `COMMIT`. Every other answer of the handler rolls back, and so do a panic, a time-out, and a
/// process that is killed. If the `COMMIT` fails, or its answer does not come in time, the delivery
/// is answered 503 and the next copy finds out what happened.
///
/// The [module](crate::transactional) names the two failures that this avoids, and what differs from
/// a [`PostgresStore`]: above all, every handler holds a connection of the pool while it runs. An
/// attempt whose process was killed is not counted.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use webhook_core::Endpoint;
/// use webhook_postgres::PostgresStore;
///
/// let pool = sqlx::PgPool::connect("postgres://localhost/shop").await?;
/// let store = PostgresStore::builder_like(&pool).build()?;
/// store.migrate().await?;
/// let endpoint = Endpoint::stripe("whsec_0123456789abcdef").store(store.transactional(pool));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresTransactions {
    store: PostgresStore,
    pool: PgPool,
}

impl PostgresStore {
    /// Claims within transactions of `pool`, which belongs to the application.
    ///
    /// It needs a connection for each handler that runs at the same time. A delivery that gets none
    /// within the time limit of the store is answered 503.
    ///
    /// Set `acquire_timeout` of the pool to about two seconds. A connection whose other end is silent
    /// counts as lent for that time. With the default of 30 s, an interruption of the network can
    /// have deliveries refused for as long after it. `idle_in_transaction_session_timeout` ends the
    /// transactions that such a connection leaves open on the server.
    #[must_use]
    pub fn transactional(&self, pool: PgPool) -> PostgresTransactions {
        PostgresTransactions {
            store: self.clone(),
            pool,
        }
    }
}

impl PostgresTransactions {
    /// The transaction that a claim began, taken back from the handler.
    fn transaction(lease: &Lease) -> Result<PgTransaction, StoreError> {
        let transaction = lease.transaction().and_then(TransactionSlot::take);
        transaction.ok_or_else(|| {
            let why = "the handler has answered and still borrows the transaction";
            StoreError::with_source(StoreErrorKind::Misconfigured, why)
        })
    }
}

impl PostgresTransactions {
    /// Rolls back, and records what became of the claim in a short transaction. If another copy has
    /// claimed the key in between, its record counts.
    async fn end(
        &self,
        lease: &Lease,
        state: State,
        note: Option<&[u8]>,
    ) -> Result<LeaseState, StoreError> {
        let transaction = Self::transaction(lease)?;
        transaction.rollback().await.map_err(store_error)?;
        let Some(request) = lease.transaction().and_then(TransactionSlot::request) else {
            return Ok(LeaseState::Lost);
        };
        let mut transaction = self.begin().await?;
        let again = self.store.claim_in(&mut transaction, lease.key(), request);
        let Claim::Acquired(again) = again.await? else {
            return Ok(LeaseState::Lost);
        };
        let settled = self
            .store
            .settle_in(&mut transaction, &again, state, None, note);
        settled.await?;
        transaction.commit().await.map_err(store_error)?;
        Ok(LeaseState::Held)
    }

    async fn begin(&self) -> Result<PgTransaction, StoreError> {
        self.store.shared.begin(&self.pool).await
    }
}

impl ReplayStore for PostgresTransactions {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        let mut transaction = self.begin().await?;
        let claim = self.store.claim_in(&mut transaction, key, request).await?;
        match claim {
            Claim::Acquired(lease) => {
                let slot = TransactionSlot::claimed(transaction, request);
                Ok(Claim::Acquired(lease.with_transaction(slot)))
            }
            other => {
                transaction.rollback().await.map_err(store_error)?;
                Ok(other)
            }
        }
    }

    /// The transaction is the lease, so there is nothing to renew.
    async fn renew(&self, lease: &Lease, _: Duration) -> Result<LeaseState, StoreError> {
        Ok(match lease.transaction() {
            Some(_) => LeaseState::Held,
            None => LeaseState::Lost,
        })
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        let mut transaction = Self::transaction(lease)?;
        let commit = self
            .store
            .commit_in(&mut transaction, lease, answer)
            .await?;
        match commit {
            Commit::Committed => transaction.commit().await.map_err(store_error)?,
            _ => transaction.rollback().await.map_err(store_error)?,
        }
        Ok(commit)
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        self.end(lease, State::Released, None).await
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        let note = DeadRecord::note_to_keep(note);
        self.end(lease, State::Dead, Some(note.as_bytes())).await
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

impl fmt::Debug for PostgresTransactions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresTransactions")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}
