//! Steps whose effect and slot are written in one transaction.

use std::str::FromStr as _;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::task::spawn_blocking;
use webhook_axum::inbox::{JobLease, Step};
use webhook_core::replay::LeaseState;
use webhook_postgres::PostgresInbox;

use crate::Failure;

const BUSY: Duration = Duration::from_secs(5);

/// Where effects are: the database of the inbox.
#[derive(Clone, Debug)]
pub(super) enum Effects {
    Sqlite(String),
    Postgres(PostgresInbox, PgPool),
}

impl Effects {
    pub(super) fn postgres(inbox: PostgresInbox, url: &str) -> Result<Self, Failure> {
        let pool = PgPoolOptions::new().connect_lazy_with(PgConnectOptions::from_str(url)?);
        Ok(Self::Postgres(inbox, pool))
    }

    /// Writes an effect, keeps the step, and commits both. `before_commit` is called in between.
    pub(super) async fn write(
        &self,
        effect: String,
        lease: JobLease,
        step: Step,
        before_commit: impl FnOnce() + Send + 'static,
    ) -> Result<(), Failure> {
        match self {
            Self::Sqlite(path) => {
                let path = path.clone();
                let written = spawn_blocking(move || {
                    let mut db = Connection::open(path)?;
                    db.busy_timeout(BUSY)?;
                    db.execute_batch("pragma synchronous = full")?;
                    let immediate = TransactionBehavior::Immediate;
                    let transaction = db.transaction_with_behavior(immediate)?;
                    transaction.execute("insert into effect values (?1)", [effect])?;
                    let put = webhook_sqlite::transaction::put_step_in(&transaction, &lease, &step);
                    held(put?)?;
                    before_commit();
                    Ok(transaction.commit()?)
                });
                written.await?
            }
            Self::Postgres(inbox, pool) => {
                let mut transaction = webhook_postgres::transactional::begin(pool).await?;
                let insert = sqlx::query("insert into effect values ($1)").bind(effect);
                insert.execute(&mut *transaction).await?;
                held(inbox.put_step_in(&mut transaction, &lease, &step).await?)?;
                before_commit();
                Ok(transaction.commit().await?)
            }
        }
    }
}

/// Everything is rolled back otherwise.
fn held(state: LeaseState) -> Result<(), Failure> {
    match state {
        LeaseState::Held => Ok(()),
        _ => Err("the lease is lost, or the step is done".into()),
    }
}
