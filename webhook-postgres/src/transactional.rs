//! Transactional mode: the record of a delivery and its effects in one transaction.
//!
//! Otherwise a claim is one transaction, the handler's writes are others, and the commit is a third.
//! A process that is killed between them leaves one of two failures:
//!
//! * A **zombie record** is a record without its effects: the delivery is recorded as done, but what
//!   the handler wrote was rolled back. The event is lost. It happens if a store commits before the
//!   handler does.
//! * A **ghost effect** is an effect without its record: the handler's writes are there, but the
//!   delivery is not recorded as done. The next copy of it runs again. It happens if the process is
//!   killed after the handler's `COMMIT` and before that of the store.
//!
//! A store without transactions can only choose between them, and [`ReplayStore`] chooses the ghost.
//! If the handler writes to this database, both are avoidable: claim and commit in the handler's own
//! transaction, and answer 200 only after its `COMMIT`.
//!
//! ```no_run
//! # use webhook_core::replay::{Claim, ClaimRequest, Commit, ReplayKey};
//! # use webhook_postgres::{PostgresStore, transactional};
//! # async fn example(
//! #     store: &PostgresStore,
//! #     pool: &sqlx::PgPool,
//! #     key: ReplayKey,
//! #     request: ClaimRequest,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! let mut tx = transactional::begin(pool).await?;
//! match store.claim_in(&mut tx, &key, &request).await? {
//!     Claim::Acquired(lease) => {
//!         sqlx::query("insert into payment (id) values ($1)").bind(1).execute(&mut *tx).await?;
//!         if store.commit_in(&mut tx, &lease, None).await? == Commit::Committed {
//!             tx.commit().await?;
//!             // Answer 200. If `commit` fails, answer 503: whether it took place is unknown, and
//!             // the next copy finds out.
//!         }
//!     }
//!     // A duplicate: answer 200. The transaction is rolled back when it is dropped.
//!     Claim::Done { .. } => {}
//!     // Answer 503, and the sender retries.
//!     _ => {}
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What differs
//!
//! * The transaction is the lease. It ends with it: with a rollback nothing is left of the claim.
//!   [`PostgresTransactions`](crate::PostgresTransactions) records a failed attempt afterwards, in a
//!   transaction of its own. An attempt whose process was killed is not counted. Set
//!   `idle_in_transaction_session_timeout`, so that the server ends the transaction of a handler
//!   that hangs.
//! * Copies that arrive meanwhile are in flight. They are told so at once, by a lock that does not
//!   wait ([`pg_try_advisory_xact_lock`]), and not after the first one has ended.
//! * The claims of a [group](webhook_core::replay::LabelBound) run one at a time.
//! * A consumer claims either in its transactions or through [`ReplayStore`]. If it does both, a
//!   claim through `ReplayStore` waits for an open transaction until the time limit of a lock, and
//!   fails.
//!
//! [`ReplayStore`]: webhook_core::ReplayStore
//! [`pg_try_advisory_xact_lock`]: https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS

use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, Row, SqlStr, Transaction};
use tokio::time::timeout;
use webhook_core::replay::{Claim, ClaimRequest, Commit, Lease, MAX_ANSWER, ReplayKey};
use webhook_core::{StoreError, StoreErrorKind};

use crate::PostgresStore;
use crate::claim::{Asked, ROUNDS, always_changing, lock_name, owner_bytes};
use crate::database::Protocol;
use crate::error::store_error;
use crate::settle::{self, State};
use crate::store::Shared;
use crate::value::{Value, bound};

/// When a copy that found the key locked may try again. How long the other transaction takes is
/// unknown.
const LOCKED: Duration = Duration::from_secs(1);

/// Begins a transaction, whatever becomes of the returned future.
///
/// A future of `PgPool::begin` that is dropped before the server has answered leaves the connection
/// in an open transaction (sqlx 0.9). The next user of the connection is then told that its writes
/// were committed, and they are not. Here a task of its own waits for the server, so a dropped
/// future rolls back.
///
/// # Errors
///
/// If the pool has no connection, or the server does not begin a transaction.
pub async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin().await });
    begun.await.map_err(|_| sqlx::Error::WorkerCrashed)?
}

impl PostgresStore {
    /// Claims `key` in a transaction of the caller.
    ///
    /// The answers are those of [`ReplayStore::claim`](webhook_core::ReplayStore::claim). After
    /// `Acquired`, write the effects and call [`commit_in`](Self::commit_in) in the same transaction.
    /// After any other answer, nothing was written.
    ///
    /// The connection has to be in a transaction at the isolation level `read committed`, the
    /// default. At a higher level a claim fails if another transaction has written its record, and
    /// the delivery has to be retried.
    ///
    /// # Errors
    ///
    /// As those of a [`ReplayStore`](webhook_core::ReplayStore). Roll back after an error: the
    /// transaction may be unusable.
    pub async fn claim_in(
        &self,
        connection: &mut PgConnection,
        key: &ReplayKey,
        request: &ClaimRequest,
    ) -> Result<Claim, StoreError> {
        let claim = self.claim_rounds(connection, key, request);
        match timeout(self.shared.database.limit(), claim).await {
            Ok(answer) => answer,
            Err(_) => Err(StoreErrorKind::Timeout.into()),
        }
    }

    /// Records the delivery as done, in the transaction that has claimed it.
    ///
    /// Call it at the end, and answer 200 only after the `COMMIT`. The answer is
    /// [`Commit::LeaseLost`] if the claim is not in this transaction, for example because it was
    /// rolled back to a savepoint. Then roll back.
    ///
    /// # Errors
    ///
    /// As those of a [`ReplayStore`](webhook_core::ReplayStore). Roll back after an error.
    pub async fn commit_in(
        &self,
        connection: &mut PgConnection,
        lease: &Lease,
        answer: Option<&[u8]>,
    ) -> Result<Commit, StoreError> {
        let answer = answer.filter(|answer| answer.len() <= MAX_ANSWER);
        let settled = self.settle_in(connection, lease, State::Done, answer, None);
        Ok(match settled.await? {
            true => Commit::Committed,
            false => Commit::LeaseLost,
        })
    }

    /// Settles a claim in the transaction that made it. `false`: it is not in this transaction.
    pub(crate) async fn settle_in(
        &self,
        connection: &mut PgConnection,
        lease: &Lease,
        state: State,
        answer: Option<&[u8]>,
        note: Option<&[u8]>,
    ) -> Result<bool, StoreError> {
        let owner = owner_bytes(lease.owner());
        let values = settle::values(lease, &owner, state, answer, note);
        let settle = self.run_in(connection, &self.shared.sql.settle, &values);
        match timeout(self.shared.database.limit(), settle).await {
            Ok(rows) => rows.map(|rows| !rows.is_empty()),
            Err(_) => Err(StoreErrorKind::Timeout.into()),
        }
    }

    async fn claim_rounds(
        &self,
        connection: &mut PgConnection,
        key: &ReplayKey,
        request: &ClaimRequest,
    ) -> Result<Claim, StoreError> {
        let Shared { sql, .. } = &*self.shared;
        let asked = Asked::new(key, request);
        let mut values = vec![
            key.as_bytes()[..].into(),
            asked.owner[..].into(),
            Value::Big(asked.lease),
            Value::Big(asked.retain),
            Value::Int(asked.fingerprint),
        ];
        let statement = match &request.bound {
            None => {
                values.push(Value::Big(lock_name(key)));
                &sql.claim_in
            }
            Some(bound) => {
                let locks = [lock_name(&bound.group), lock_name(key)].map(Value::Big);
                let rows = self.run_in(connection, &sql.try_locks, &locks).await?;
                let is_locked = rows.first().map(|row| row.try_get(0));
                if !is_locked.transpose().map_err(store_error)?.unwrap_or(false) {
                    let retry_after = LOCKED;
                    return Ok(Claim::InFlight { retry_after });
                }
                values.push(bound.group.as_bytes()[..].into());
                values.push(Value::Int(bound.at_most.get().into()));
                &sql.claim_bounded
            }
        };
        for _ in 0..ROUNDS {
            let rows = self.run_in(connection, statement, &values).await?;
            if let Some(row) = rows.first() {
                return asked.answer(row);
            }
        }
        Err(always_changing())
    }

    /// Runs a statement on a connection of the caller.
    pub(crate) async fn run_in(
        &self,
        connection: &mut PgConnection,
        statement: &SqlStr,
        values: &[Value<'_>],
    ) -> Result<Vec<PgRow>, StoreError> {
        self.shared.run_in(connection, statement, values).await
    }
}

impl Shared {
    /// Begins a transaction of `pool` within the time limit of the store.
    pub(crate) async fn begin(
        &self,
        pool: &PgPool,
    ) -> Result<Transaction<'static, Postgres>, StoreError> {
        let begun = timeout(self.database.limit(), begin(pool)).await;
        let begun = begun.map_err(|_| StoreError::from(StoreErrorKind::Timeout))?;
        begun.map_err(store_error)
    }

    /// Runs a statement on a connection of the caller.
    pub(crate) async fn run_in(
        &self,
        connection: &mut PgConnection,
        statement: &SqlStr,
        values: &[Value<'_>],
    ) -> Result<Vec<PgRow>, StoreError> {
        let rows = match self.database.protocol() {
            Protocol::Prepared => bound(statement, values).fetch_all(connection).await,
            // A pooler keeps the connection of a transaction, but a name would outlive it. The
            // caller's connection may log the text of statements, so no value is in it.
            Protocol::OneMessage => {
                let query = bound(statement, values).persistent(false);
                query.fetch_all(connection).await
            }
        };
        rows.map_err(store_error)
    }
}
