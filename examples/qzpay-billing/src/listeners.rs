//! `billing.on(event, listener)` of the guide: business logic, after an event is recorded.

use serde_json::{Value, json};

use crate::billing::Change;

/// An event, the service that is told, and what. `None`: nothing is to be told.
type Listener = (&'static str, &'static str, fn(&Change) -> Option<Value>);

/// Several listeners may hear of the same event.
pub(crate) const LISTENERS: &[Listener] = &[
    ("subscription.created", "features", |it| {
        Some(json!({"customer": it.customer, "plan": it.plan}))
    }),
    ("subscription.created", "mail", |it| {
        Some(json!({"to": it.customer, "template": "subscription_welcome", "plan": it.plan}))
    }),
    ("subscription.created", "analytics", |it| {
        Some(json!({"event": "subscription_started", "subscription": it.subscription}))
    }),
    ("payment.succeeded", "mail", |it| {
        Some(json!({"to": it.customer, "template": "receipt", "minor": it.minor}))
    }),
    ("payment.failed", "mail", |it| {
        Some(json!({"to": it.customer, "template": "payment_failed", "reason": it.failure}))
    }),
    ("payment.failed", "alerts", |it| {
        let minor = it.minor.filter(|minor| *minor > HIGH_VALUE)?;
        Some(json!({"alert": "high-value payment failed", "minor": minor, "customer": it.customer}))
    }),
    ("payment.failed", "risks", |it| {
        let is_at_risk = it.status.as_deref() == Some("past_due");
        is_at_risk.then(|| json!({"alert": "subscription at risk", "id": it.subscription}))
    }),
    ("subscription.canceled", "schedule", |it| {
        Some(json!({"job": "revoke_features", "customer": it.customer, "at": it.period_end}))
    }),
    ("subscription.canceled", "mail", |it| {
        Some(json!({"to": it.customer, "template": "cancellation_survey"}))
    }),
];

/// 1000 dollars.
const HIGH_VALUE: i64 = 100_000;
