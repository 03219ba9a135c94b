//! Orders and payouts: a table of this application, in the file of the inbox.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use serde_json::{Value, json};
use webhook_axum::inbox::JobLease;
use webhook_axum::replay::LeaseState;
use webhook_sqlite::transaction::done_in;

use crate::Failure;

/// What an event makes of an order or a payout.
pub(crate) struct Change {
    pub(crate) subject: String,
    pub(crate) status: &'static str,
    /// In the smallest unit of the currency.
    pub(crate) amount: Option<i64>,
    pub(crate) is_test: bool,
}

/// The table, and its connection.
pub(crate) struct Orders(Mutex<Connection>);

impl Orders {
    pub(crate) fn open(file: &Path) -> Result<Self, Failure> {
        let connection = Connection::open(file)?;
        connection.execute_batch(
            "create table if not exists orders (
                subject text primary key, status text not null, amount integer,
                test integer not null, events integer not null
             ) strict",
        )?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Changes the order and ends the event's job in one transaction: both are on the disk, or
    /// neither. A final status stays, whatever comes late.
    pub(crate) fn change(&self, lease: &JobLease, change: &Change) -> Result<(), Failure> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "insert into orders values (?1, ?2, ?3, ?4, 1) on conflict (subject) do update set
                events = events + 1,
                status = iif(status in ('canceled', 'refunded'), status, excluded.status)",
            (
                &change.subject,
                change.status,
                change.amount,
                change.is_test,
            ),
        )?;
        match done_in(&transaction, lease)? {
            LeaseState::Held => Ok(transaction.commit()?),
            // Dropped, the transaction is rolled back.
            _ => Err("another worker has this event".into()),
        }
    }

    /// Whether the status of an order is final.
    pub(crate) fn is_closed(&self, subject: &str) -> Result<bool, Failure> {
        let closed = "select exists (select 1 from orders
            where subject = ?1 and status in ('canceled', 'refunded'))";
        Ok(self
            .connection()
            .query_row(closed, [subject], |row| row.get(0))?)
    }

    pub(crate) fn all(&self) -> Result<Vec<Value>, Failure> {
        let connection = self.connection();
        let mut all = connection
            .prepare("select subject, status, amount, test, events from orders order by subject")?;
        let rows = all.query_map([], |row| {
            Ok(json!({
                "subject": row.get::<_, String>(0)?, "status": row.get::<_, String>(1)?,
                "amount": row.get::<_, Option<i64>>(2)?, "test": row.get::<_, bool>(3)?,
                "events": row.get::<_, i64>(4)?,
            }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
