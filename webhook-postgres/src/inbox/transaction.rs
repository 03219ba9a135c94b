//! Jobs that are done in the transaction of their effects.

use sqlx::{PgConnection, PgPool};
use tokio::time::timeout;
use webhook_core::replay::{LeaseState, TransactionSlot};
use webhook_core::{StoreError, StoreErrorKind};
use webhook_inbox::{Ending, JobLease, Step};

use super::settle::{Effect, ended, state};
use super::{Inner, PostgresInbox, steps};
use crate::PgTransaction;
use crate::claim::owner_bytes;
use crate::error::store_error;

impl PostgresInbox {
    /// Runs each handler in a transaction of `pool`, which belongs to the application: its effects
    /// and the end of the job commit together.
    ///
    /// The handler gets a [`PgTransaction`], as with
    /// [`PostgresStore::transactional`](crate::PostgresStore::transactional), which says how to set
    /// the pool. It needs a connection for each handler that runs at the same time. A handler that
    /// fails is rolled back, and so is one whose lease another worker has taken.
    #[must_use]
    pub fn transactional(&self, pool: PgPool) -> Self {
        let mut inbox = self.clone();
        inbox.pool = Some(pool);
        inbox
    }

    /// Records a job as done in a transaction of the caller, who holds its lease.
    ///
    /// Commit if the answer is [`Held`](LeaseState::Held), and roll back if it is
    /// [`Lost`](LeaseState::Lost): another worker has the job. Call it at the end, because the lease
    /// cannot be renewed from then on. Settling the job as done afterwards changes nothing.
    ///
    /// The isolation level has to be `read committed`, the default.
    ///
    /// ```no_run
    /// # use webhook_core::replay::LeaseState;
    /// # async fn example(
    /// #     inbox: &webhook_postgres::PostgresInbox,
    /// #     pool: &sqlx::PgPool,
    /// #     lease: &webhook_inbox::JobLease,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut tx = webhook_postgres::transactional::begin(pool).await?;
    /// sqlx::query("insert into payment (id) values ($1)").bind(1).execute(&mut *tx).await?;
    /// if inbox.done_in(&mut tx, lease).await? == LeaseState::Held {
    ///     tx.commit().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As those of the table. Roll back after an error.
    pub async fn done_in(
        &self,
        connection: &mut PgConnection,
        lease: &JobLease,
    ) -> Result<LeaseState, StoreError> {
        let inner = &*self.inner;
        within(inner, done_in(inner, connection, lease)).await
    }

    /// Keeps a step in a transaction of the caller: the effects of the step and what is kept of it
    /// commit together.
    ///
    /// Commit if the answer is [`Held`](LeaseState::Held), and roll back if it is
    /// [`Lost`](LeaseState::Lost). Then the lease is lost, or the step is done already: another
    /// worker was first, and [`steps`](webhook_inbox::InboxTable::steps) has what it returned. So
    /// the effects of a step that is done are there once, even if two workers have the job. The
    /// second one waits for the first, if that one has put the step and not committed yet.
    ///
    /// # Errors
    ///
    /// As those of [`put_step`](webhook_inbox::InboxTable::put_step). Roll back after an error.
    pub async fn put_step_in(
        &self,
        connection: &mut PgConnection,
        lease: &JobLease,
        step: &Step,
    ) -> Result<LeaseState, StoreError> {
        step.check()?;
        let inner = &*self.inner;
        let owner = owner_bytes(lease.owner);
        let values = steps::values(lease, &owner, step);
        let put = inner
            .store
            .run_in(connection, &inner.sql.put_step_in, &values);
        let rows = within(inner, put).await?;
        let written = rows.first().map(|row| sqlx::Row::try_get(row, 0));
        let written = written.transpose().map_err(store_error)?;
        Ok(state(written.unwrap_or(false)))
    }
}

async fn done_in(
    inner: &Inner,
    connection: &mut PgConnection,
    lease: &JobLease,
) -> Result<LeaseState, StoreError> {
    let effect = Effect::of(&Ending::Done)?;
    let owner = owner_bytes(lease.owner);
    let (sql, values) = (&inner.sql, effect.values(lease, &owner));
    let rows = inner.store.run_in(connection, &sql.settle, &values).await?;
    if !rows.is_empty() {
        return Ok(LeaseState::Held);
    }
    let values = ended(lease, &owner, effect.state);
    let rows = inner
        .store
        .run_in(connection, &sql.settled, &values)
        .await?;
    Ok(state(!rows.is_empty()))
}

pub(super) async fn begin(
    inner: &Inner,
    pool: Option<&PgPool>,
) -> Result<Option<TransactionSlot>, StoreError> {
    Ok(match pool {
        Some(pool) => Some(TransactionSlot::new(inner.store.begin(pool).await?)),
        None => None,
    })
}

/// Records the job as done, and commits. If that fails, the transaction is rolled back when it is
/// dropped.
pub(super) async fn commit(
    inner: &Inner,
    lease: &JobLease,
    slot: &TransactionSlot,
) -> Result<LeaseState, StoreError> {
    let transaction: Option<PgTransaction> = slot.take();
    let mut transaction = transaction.ok_or_else(|| {
        let why = "the handler has ended and still borrows the transaction, or it is of another \
                   table";
        StoreError::with_source(StoreErrorKind::Misconfigured, why)
    })?;
    let state = within(inner, done_in(inner, &mut transaction, lease)).await?;
    match state {
        LeaseState::Held => transaction.commit().await.map_err(store_error)?,
        _ => transaction.rollback().await.map_err(store_error)?,
    }
    Ok(state)
}

/// Within the time limit of the store.
async fn within<V>(
    inner: &Inner,
    work: impl Future<Output = Result<V, StoreError>>,
) -> Result<V, StoreError> {
    match timeout(inner.store.database.limit(), work).await {
        Ok(answer) => answer,
        Err(_) => Err(StoreErrorKind::Timeout.into()),
    }
}
