//! The ledger: a table of this application, in the file of the inbox.

use rusqlite::Connection;
use serde::Serialize;
use serde_json::Value;
use webhook_axum::inbox::JobLease;
use webhook_sqlite::{SqliteInbox, SqliteStore};

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

/// The table. It is written by the writer of the inbox, in its transactions.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    store: SqliteStore,
    inbox: SqliteInbox,
}

impl Ledger {
    pub(crate) async fn open(store: &SqliteStore) -> Result<Self, Failure> {
        // Nothing forbids a second entry of an event: only the transaction below does.
        let table = "create table if not exists ledger (
            event text not null, what text not null, object text not null,
            minor integer not null, currency text not null, posting text not null
         ) strict";
        store.write(move |db| db.execute_batch(table)).await?;
        Ok(Self {
            store: store.clone(),
            inbox: store.inbox(),
        })
    }

    /// Records the entry and ends its job in one transaction: both are on the disk, or neither.
    pub(crate) async fn record(
        &self,
        lease: &JobLease,
        entry: Entry,
        posting: String,
    ) -> Result<(), Failure> {
        let insert = move |db: &Connection| {
            let row = "insert into ledger values (?1, ?2, ?3, ?4, ?5, ?6)";
            let Entry {
                event,
                what,
                object,
                minor,
                currency,
            } = &entry;
            db.execute(row, (event, what, object, minor, currency, &posting))
        };
        self.inbox.done_with(lease, insert).await?;
        Ok(())
    }

    /// All entries, with their postings.
    pub(crate) async fn entries(&self) -> Result<Value, Failure> {
        let all = "select json_group_array(json_object('posting', posting, 'entry', json_object(
            'event', event, 'what', what, 'object', object, 'minor', minor, 'currency', currency))
            order by rowid) from ledger";
        let read = move |db: &Connection| db.query_row(all, [], |row| row.get::<_, String>(0));
        Ok(serde_json::from_str(&self.store.write(read).await?)?)
    }
}
