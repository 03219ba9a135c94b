//! Subscriptions and payments: tables of this application, in the file of the inbox.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webhook_axum::inbox::{JobLease, Step};
use webhook_axum::replay::LeaseState;
use webhook_payments::{PaymentEvent, PaymentKind};
use webhook_sqlite::transaction::put_step_in;

use crate::Failure;

/// The step in which an event is recorded.
pub(crate) const RECORD: &str = "record";

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

/// The tables, and their connection.
#[derive(Clone, Debug)]
pub(crate) struct Billing(Arc<Mutex<Connection>>);

impl Billing {
    pub(crate) fn open(file: &Path) -> Result<Self, Failure> {
        let connection = Connection::open(file)?;
        connection.execute_batch(
            "create table if not exists subscriptions (
                id text primary key, provider text not null, customer text, plan text,
                status text not null, failures integer not null default 0, changed_at real not null
             ) strict;
             create table if not exists payments (
                id text, provider text not null, subscription text, minor integer, currency text,
                status text not null, primary key (provider, id)
             ) strict",
        )?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Records an event, and that its first step is done, in one transaction: both are on the disk,
    /// or neither.
    pub(crate) fn record(&self, lease: &JobLease, event: &PaymentEvent) -> Result<Change, Failure> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let change = apply(&transaction, event)?;
        let step = Step::done(RECORD, serde_json::to_vec(&change)?);
        match put_step_in(&transaction, lease, &step)? {
            LeaseState::Held => transaction.commit()?,
            // Dropped, the transaction is rolled back.
            _ => return Err("another worker has this event".into()),
        }
        Ok(change)
    }

    /// Subscriptions and payments, for the pages.
    pub(crate) fn all(&self) -> Result<Value, Failure> {
        let connection = self.connection();
        let rows = |sql: &str| -> Result<Vec<Value>, Failure> {
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
        };
        Ok(json!({
            "subscriptions": rows("select json_object('id', id, 'provider', provider, 'status',
                status, 'plan', plan, 'failures', failures) from subscriptions order by id")?,
            "payments": rows("select json_object('id', id, 'subscription', subscription, 'minor',
                minor, 'currency', currency, 'status', status) from payments order by id")?,
        }))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The table of the guide: what each event does to the records.
fn apply(transaction: &Transaction<'_>, event: &PaymentEvent) -> Result<Change, Failure> {
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
    // Stripe's events may come late. What Mercado Pago's API has is what is true now.
    let at = first(&["/created"]).and_then(|time| time.as_f64());
    let new = match event.kind {
        PaymentKind::SubscriptionCreated
        | PaymentKind::SubscriptionUpdated
        | PaymentKind::SubscriptionPastDue => text(&["/data/object/status", "/status"]),
        PaymentKind::SubscriptionCanceled => Some("canceled".to_owned()),
        PaymentKind::PaymentSucceeded => Some("active".to_owned()),
        PaymentKind::PaymentFailed => Some("past_due".to_owned()),
        _ => None, // a refund says nothing about the subscription
    };
    let is_failure = event.kind == PaymentKind::PaymentFailed;
    if let (Some(id), Some(new)) = (&change.subscription, new) {
        // Canceled is the last status, and an older event does not undo a newer one. Every failed
        // payment counts, in whatever order they come.
        transaction.execute(
            "insert into subscriptions (id, provider, customer, plan, status, failures, changed_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, coalesce(?7, unixepoch('subsec')))
             on conflict (id) do update set failures = failures + excluded.failures,
                customer = coalesce(customer, excluded.customer),
                plan = coalesce(excluded.plan, plan),
                status = case when status = 'canceled' or excluded.changed_at < changed_at
                    then status else excluded.status end,
                changed_at = max(changed_at, excluded.changed_at)",
            params![
                id,
                event.provider,
                change.customer,
                change.plan,
                new,
                is_failure,
                at
            ],
        )?;
        let status = "select status from subscriptions where id = ?1";
        change.status = transaction
            .query_row(status, [id], |row| row.get(0))
            .optional()?;
    }
    if let (Some(id), Some(amount)) = (&change.payment, event.amount) {
        // A refused card that is reported late does not undo the payment.
        let status = event.kind.as_str();
        transaction.execute(
            "insert into payments values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (provider, id) do update set status = excluded.status
             where status in ('payment.pending', 'payment.failed')
                or excluded.status in ('payment.refunded', 'payment.disputed')",
            params![
                id,
                event.provider,
                change.subscription,
                amount.minor(),
                amount.currency().code(),
                status
            ],
        )?;
    }
    Ok(change)
}
