//! Orders and payouts: a table of this application, in the file of the inbox.

use axum::Json;
use axum::extract::State;
use rusqlite::Connection;
use serde_json::Value;
use webhook_axum::HookResult;
use webhook_axum::inbox::JobLease;
use webhook_sqlite::{SqliteInbox, SqliteStore};

use crate::Failure;

/// What an event makes of an order or a payout.
pub(crate) struct Change {
    pub(crate) subject: String,
    pub(crate) status: &'static str,
    /// In the smallest unit of the currency.
    pub(crate) amount: Option<i64>,
    pub(crate) is_test: bool,
}

/// The table. It is written by the writer of the inbox, in its transactions.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    store: SqliteStore,
    inbox: SqliteInbox,
}

impl Orders {
    pub(crate) async fn open(store: &SqliteStore) -> Result<Self, Failure> {
        let table = "create table if not exists orders (
            subject text primary key, status text not null, amount integer,
            test integer not null, events integer not null
         ) strict";
        store.write(move |db| db.execute_batch(table)).await?;
        Ok(Self {
            store: store.clone(),
            inbox: store.inbox(),
        })
    }

    /// Changes the order and ends the event's job in one transaction: both are on the disk, or
    /// neither. A final status stays, whatever comes late.
    pub(crate) async fn change(&self, lease: &JobLease, change: Change) -> Result<(), Failure> {
        let upsert = move |db: &Connection| {
            let row = "insert into orders values (?1, ?2, ?3, ?4, 1)
                on conflict (subject) do update set events = events + 1,
                status = iif(status in ('canceled', 'refunded'), status, excluded.status)";
            let Change {
                subject,
                status,
                amount,
                is_test,
            } = &change;
            db.execute(row, (subject, status, amount, is_test))
        };
        self.inbox.done_with(lease, upsert).await?;
        Ok(())
    }

    /// Whether the status of an order is final.
    pub(crate) async fn is_closed(&self, subject: &str) -> Result<bool, Failure> {
        let subject = subject.to_owned();
        let read = move |db: &Connection| {
            let closed = "select exists (select 1 from orders
                where subject = ?1 and status in ('canceled', 'refunded'))";
            db.query_row(closed, [&subject], |row| row.get(0))
        };
        Ok(self.store.write(read).await?)
    }

    async fn all(&self) -> Result<Value, Failure> {
        let read = |db: &Connection| {
            let all = "select json_group_array(json_object('subject', subject, 'status', status,
                'amount', amount, 'test', json(iif(test, 'true', 'false')), 'events', events)
                order by subject) from orders";
            db.query_row(all, [], |row| row.get::<_, String>(0))
        };
        Ok(serde_json::from_str(&self.store.write(read).await?)?)
    }
}

/// All orders. If they cannot be read, the answer is 500.
pub(crate) async fn page(State(orders): State<Orders>) -> HookResult<Json<Value>> {
    Ok(Json(orders.all().await?))
}
