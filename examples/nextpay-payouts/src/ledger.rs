//! The ledger: a table of this application, in the file of the inbox.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use serde::Serialize;
use webhook_axum::inbox::JobLease;
use webhook_axum::replay::LeaseState;
use webhook_sqlite::transaction::done_in;

use crate::Failure;

/// Money that has moved.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) event: String,
    pub(crate) what: String,
    pub(crate) object: String,
    /// In the smallest unit of the currency.
    pub(crate) minor: i64,
    pub(crate) currency: String,
}

/// The table, and its connection.
#[derive(Debug)]
pub(crate) struct Ledger(Mutex<Connection>);

impl Ledger {
    pub(crate) fn open(file: &Path) -> Result<Self, Failure> {
        let connection = Connection::open(file)?;
        // Nothing forbids a second entry of an event: only the transaction below does.
        connection.execute_batch(
            "create table if not exists ledger (
                event text not null, what text not null, object text not null,
                minor integer not null, currency text not null, posting text not null
             ) strict",
        )?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Records the entry and ends its job in one transaction: both are on the disk, or neither.
    pub(crate) fn record(
        &self,
        lease: &JobLease,
        entry: &Entry,
        posting: &str,
    ) -> Result<(), Failure> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "insert into ledger values (?1, ?2, ?3, ?4, ?5, ?6)",
            (
                &entry.event,
                &entry.what,
                &entry.object,
                entry.minor,
                &entry.currency,
                posting,
            ),
        )?;
        match done_in(&transaction, lease)? {
            LeaseState::Held => Ok(transaction.commit()?),
            // Dropped, the transaction is rolled back.
            _ => Err("another worker has this event".into()),
        }
    }

    /// All entries, with their postings.
    pub(crate) fn entries(&self) -> Result<Vec<(Entry, String)>, Failure> {
        let connection = self.connection();
        let all = "select event, what, object, minor, currency, posting from ledger order by rowid";
        let mut all = connection.prepare(all)?;
        let rows = all.query_map([], |row| {
            let entry = Entry {
                event: row.get(0)?,
                what: row.get(1)?,
                object: row.get(2)?,
                minor: row.get(3)?,
                currency: row.get(4)?,
            };
            Ok((entry, row.get(5)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
