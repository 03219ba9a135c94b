//! The application: it books paid invoices into a ledger.

use std::path::Path;

use axum::http::StatusCode;
use axum::{Router, routing::post};
use rusqlite::Connection;
use serde::Deserialize;
use tokio::net::TcpListener;
use webhook_axum::{Endpoint, TransactionalEvent, WebhookLayer};
use webhook_sqlite::{SqliteStore, SqliteTransaction};

use crate::Failure;

/// An application reads it from the environment.
pub(crate) const SECRET: &str = "whsec_ledger_0123456789abcdef";
pub(crate) const PATH: &str = "/webhooks/stripe";

#[derive(Deserialize)]
pub(crate) struct Paid {
    pub(crate) id: String,
    pub(crate) data: Data,
}

#[derive(Deserialize)]
pub(crate) struct Data {
    pub(crate) object: Invoice,
}

#[derive(Deserialize)]
pub(crate) struct Invoice {
    pub(crate) amount_paid: i64,
}

/// Books an invoice. The layer commits the booking together with the record of the delivery, and
/// answers 200 after that. After an error it rolls both back, and answers 500.
async fn paid(
    event: TransactionalEvent<Paid, SqliteTransaction>,
) -> Result<StatusCode, StatusCode> {
    let (paid, ledger) = (&event.event.data, &event.transaction);
    let booking = (&paid.id, paid.data.object.amount_paid);
    ledger
        .execute(
            "insert into booking (event, cents) values (?1, ?2)",
            booking,
        )
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(StatusCode::OK)
}

/// Makes the application's own table. The store makes its tables when it is opened.
pub(crate) fn migrate(file: &Path) -> Result<(), Failure> {
    // Nothing forbids a second booking of an event: only the transaction does.
    Connection::open(file)?.execute_batch(
        "pragma journal_mode = wal;
         create table if not exists booking (event text not null, cents integer not null) strict",
    )?;
    Ok(())
}

/// Serves until it is killed.
pub(crate) async fn serve(file: &Path, port: u16) -> Result<(), Failure> {
    let store = SqliteStore::open(file)?.transactional()?;
    migrate(file)?;
    let endpoint = Endpoint::stripe(SECRET).store(store).build()?;
    let app = Router::new().route(PATH, post(paid).layer(WebhookLayer::new(endpoint)));
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    Ok(axum::serve(listener, app).await?)
}

/// How many bookings there are, of how many events, and their sum.
pub(crate) fn balance(file: &Path) -> Result<(i64, i64, i64), Failure> {
    let sum = "select count(*), count(distinct event), coalesce(sum(cents), 0) from booking";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    Ok(Connection::open(file)?.query_row(sum, [], read)?)
}
