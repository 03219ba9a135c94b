//! Orders and their states: tables of this application, in the file of the replay keys.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;
use webhook_payments::{PaymentEvent, PaymentKind};
use webhook_sqlite::SqliteStore;

use crate::Failure;

const TABLES: &str = "
    create table if not exists orders (
        org text not null, id text not null, state text not null default 'open',
        minor integer not null, currency text not null, payment text, primary key (org, id)
    ) strict;
    create table if not exists transitions (
        org text not null, id text not null, state text not null, because text not null
    ) strict;
    create table if not exists ignored (
        org text not null, provider text not null, type text, reason text not null
    ) strict;
    create table if not exists easypay_accounts (
        org text primary key, account text not null
    ) strict";

/// Makes the tables, if they are not there.
pub(crate) async fn open(store: &SqliteStore) -> Result<(), Failure> {
    Ok(store.write(|db| db.execute_batch(TABLES)).await?)
}

/// The account of a tenant at Easypay. The id of an account is no secret.
pub(crate) async fn easypay_account(
    store: &SqliteStore,
    org: Arc<str>,
) -> Result<Option<String>, Failure> {
    let read = move |db: &Connection| {
        let account = "select account from easypay_accounts where org = ?1";
        db.query_row(account, [&org], |row| row.get(0)).optional()
    };
    Ok(store.write(read).await?)
}

/// What a query returns, which is one JSON document.
pub(crate) async fn read(store: &SqliteStore, sql: &'static str) -> Result<Value, Failure> {
    let read = move |db: &Connection| db.query_row(sql, [], |row| row.get::<_, String>(0));
    Ok(serde_json::from_str(&store.write(read).await?)?)
}

/// What became of an event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// The order has this state now.
    Changed(&'static str),
    /// Nothing, for this reason, which is recorded: no event is dropped silently.
    Ignored(&'static str),
}

/// `handleWebhookUpdate()` of the guide: moves the order that an event is about to its next state.
pub(crate) fn update(db: &Connection, org: &str, event: &PaymentEvent) -> Result<Outcome, Failure> {
    let Some(next) = next(event) else {
        return Ok(Outcome::Ignored("not about the state of an order"));
    };
    let find = "select id, minor, currency from orders
        where org = ?1 and (id = ?2 or payment = ?3) order by id = ?2 desc";
    let (order, payment) = (event.ids.order.as_deref(), event.ids.payment.as_deref());
    let found = db.query_row(find, (org, order, payment), |row| {
        Ok((row.get::<_, String>(0)?, (row.get(1)?, row.get(2)?)))
    });
    let Some((id, price)) = found.optional()? else {
        return Ok(Outcome::Ignored("no such order"));
    };
    // Ifthenpay signs nothing: whoever has the key could pay any order with one cent.
    let amount = event
        .amount
        .map(|it| (it.minor(), it.currency().code().to_owned()));
    let is_whole = match next {
        "paid" => amount == Some(price),
        "refunded" => amount.is_none_or(|amount| amount == price),
        _ => true,
    };
    if !is_whole {
        return Ok(Outcome::Ignored("the amount is not that of the order"));
    }
    // A refund names the payment alone.
    let learn = "update orders set payment = ?3
        where org = ?1 and id = ?2 and ?3 is not null and (payment is null or ?4 = 'paid')";
    db.execute(learn, (org, &id, payment, next))?;
    let because = event.event_type.as_deref().unwrap_or(event.provider);
    advance(db, org, &id, next, because)
}

/// Moves an order to its next state, unless it has ended. Webhooks and the customer's return use
/// the same function, so whichever is second changes nothing.
pub(crate) fn advance(
    db: &Connection,
    org: &str,
    id: &str,
    next: &'static str,
    because: &str,
) -> Result<Outcome, Failure> {
    // A refused card is not the end: the customer may take another one.
    let changed = db.execute(
        "update orders set state = ?3
         where org = ?1 and id = ?2 and state <> ?3 and (
            state in ('open', 'processing', 'failed') or (state = 'paid' and ?3 = 'refunded'))",
        (org, id, next),
    )?;
    if changed == 0 {
        return Ok(Outcome::Ignored("the order is in this state, or has ended"));
    }
    let row = "insert into transitions values (?1, ?2, ?3, ?4)";
    db.execute(row, (org, id, next, because))?;
    Ok(Outcome::Changed(next))
}

/// The state that an event asks for.
fn next(event: &PaymentEvent) -> Option<&'static str> {
    match event.kind {
        PaymentKind::PaymentSucceeded => Some("paid"),
        // A session is completed before a bank transfer arrives.
        PaymentKind::CheckoutCompleted => {
            let session: Value = serde_json::from_slice(&event.raw).ok()?;
            let is_paid = session.pointer("/data/object/payment_status") == Some(&"paid".into());
            Some(if is_paid { "paid" } else { "processing" })
        }
        PaymentKind::PaymentPending => Some("processing"),
        PaymentKind::PaymentFailed => Some("failed"),
        PaymentKind::CheckoutExpired => Some("expired"),
        PaymentKind::PaymentRefunded => Some("refunded"),
        _ => None,
    }
}
