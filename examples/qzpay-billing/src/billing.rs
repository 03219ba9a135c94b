//! Subscriptions and payments: tables of this application, in the file of the inbox.

use axum::Json;
use axum::extract::State;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use webhook_axum::HookResult;
use webhook_payments::{PaymentEvent, PaymentKind};
use webhook_sqlite::SqliteStore;

use crate::Failure;

/// What an event has changed: what listeners are told.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Change {
    /// QZPay's name of it: `subscription.created`, `payment.failed`.
    pub(crate) event: String,
    pub(crate) subscription: Option<String>,
    /// The status of the subscription, now.
    pub(crate) status: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) plan: Option<String>,
    pub(crate) payment: Option<String>,
    /// In the smallest unit of the currency: 1999 are 19.99 dollars.
    pub(crate) minor: Option<i64>,
    pub(crate) failure: Option<String>,
    pub(crate) period_end: Option<Value>,
}

/// Makes the tables, if they are not there.
pub(crate) async fn open(store: &SqliteStore) -> Result<(), Failure> {
    let tables = "
        create table if not exists subscriptions (
            id text primary key, provider text not null, customer text, plan text,
            status text not null, failures integer not null default 0, changed_at real not null
        ) strict;
        create table if not exists payments (
            id text, provider text not null, subscription text, minor integer, currency text,
            status text not null, primary key (provider, id)
        ) strict";
    Ok(store.write(move |db| db.execute_batch(tables)).await?)
}

/// Subscriptions and payments. If they cannot be read, the answer is 500.
pub(crate) async fn page(State(store): State<SqliteStore>) -> HookResult<Json<Value>> {
    let read = |db: &Connection| {
        let all = "select json_object(
            'subscriptions', (select json_group_array(json_object('id', id, 'provider', provider,
                'status', status, 'plan', plan, 'failures', failures)) from subscriptions),
            'payments', (select json_group_array(json_object('id', id, 'subscription', subscription,
                'minor', minor, 'currency', currency, 'status', status)) from payments))";
        db.query_row(all, [], |row| row.get::<_, String>(0))
    };
    Ok(Json(serde_json::from_str(&store.write(read).await?)?))
}

/// The table of the guide: what each event does to the records.
pub(crate) fn apply(db: &Connection, event: &PaymentEvent) -> Result<Change, Failure> {
    let document: Value = serde_json::from_slice(&event.raw)?;
    let first = |pointers: &[&str]| pointers.iter().find_map(|at| document.pointer(at)).cloned();
    let text = |pointers: &[&str]| first(pointers)?.as_str().map(str::to_owned);
    let mut change = Change {
        event: event.kind.as_str().to_owned(),
        subscription: event.ids.subscription.clone(),
        status: None,
        customer: event.customer.clone(),
        plan: text(&["/data/object/items/data/0/price/id", "/preapproval_plan_id"]),
        payment: event.ids.payment.clone(),
        minor: event.amount.map(|amount| amount.minor()),
        failure: text(&[
            "/data/object/last_finalization_error/code",
            "/status_detail",
        ]),
        period_end: first(&["/data/object/current_period_end", "/next_payment_date"]),
    };
    let status = match event.kind {
        PaymentKind::SubscriptionCreated
        | PaymentKind::SubscriptionUpdated
        | PaymentKind::SubscriptionPastDue => text(&["/data/object/status", "/status"]),
        PaymentKind::SubscriptionCanceled => Some("canceled".to_owned()),
        PaymentKind::PaymentSucceeded => Some("active".to_owned()),
        PaymentKind::PaymentFailed => Some("past_due".to_owned()),
        _ => None, // a refund says nothing about the subscription
    };
    if let (Some(id), Some(status)) = (&change.subscription, status) {
        // Stripe's events may come late. What Mercado Pago's API has is what is true now.
        let at = first(&["/created"]).and_then(|time| time.as_f64());
        let is_failure = event.kind == PaymentKind::PaymentFailed;
        let (customer, plan) = (&change.customer, &change.plan);
        // Canceled is the last status, and an older event does not undo a newer one. Every failed
        // payment counts, in whatever order they come.
        db.execute(
            "insert into subscriptions (id, provider, customer, plan, status, failures, changed_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, coalesce(?7, unixepoch('subsec')))
             on conflict (id) do update set failures = failures + excluded.failures,
                customer = coalesce(customer, excluded.customer),
                plan = coalesce(excluded.plan, plan),
                status = case when status = 'canceled' or excluded.changed_at < changed_at
                    then status else excluded.status end,
                changed_at = max(changed_at, excluded.changed_at)",
            params![id, event.provider, customer, plan, status, is_failure, at],
        )?;
        let now = "select status from subscriptions where id = ?1";
        change.status = db.query_row(now, [id], |row| row.get(0)).optional()?;
    }
    if let (Some(id), Some(amount)) = (&change.payment, event.amount) {
        let (kind, currency) = (event.kind.as_str(), amount.currency());
        // A refused card that is reported late does not undo the payment.
        db.execute(
            "insert into payments values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (provider, id) do update set status = excluded.status
             where status in ('payment.pending', 'payment.failed')
                or excluded.status in ('payment.refunded', 'payment.disputed')",
            params![
                id,
                event.provider,
                change.subscription,
                amount.minor(),
                currency.code(),
                kind
            ],
        )?;
    }
    Ok(change)
}
