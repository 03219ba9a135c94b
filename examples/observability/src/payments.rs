//! The handlers, and a counter of the application's own.

use axum::Router;
use metrics::Counter;
use serde::Deserialize;
use webhook_axum::{Disposition, Handled, HookResult, VerifiedEvent, WebhookLayer, WebhookRouter};

/// An amount whose failure somebody has to look at the same day, in the smallest unit of its
/// currency.
const LARGE: u64 = 100_000;

/// An event about a payment.
#[derive(Deserialize)]
struct Payment {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    amount: u64,
    #[serde(default)]
    customer: Option<String>,
}

/// The application. Its types are the values of the label `type`; all others are `other`.
pub fn payments(webhooks: WebhookLayer) -> Router {
    let large_failures = metrics::counter!("payments_large_failures_total");
    let hooks = WebhookRouter::<()>::new(webhooks)
        .on("payment_intent.succeeded", paid)
        .on("charge.*", charged)
        .on_handled(move |handled| {
            count_large_failure(&handled, &large_failures);
            async {}
        })
        .ignore_unknown();
    Router::new().route("/webhooks/stripe", hooks.into())
}

/// A payment without a customer cannot be booked, and the sender retries.
async fn paid(VerifiedEvent(event): VerifiedEvent<Payment>) -> HookResult {
    let customer = event.data.data.object.customer.as_deref();
    customer.ok_or("the payment has no customer")?;
    Ok(())
}

async fn charged(_: VerifiedEvent<Payment>) -> HookResult {
    Ok(())
}

/// The library knows no amounts, so the application counts what matters to it.
fn count_large_failure(handled: &Handled, failures: &Counter) {
    if handled.disposition == Disposition::Commit {
        return;
    }
    let payment: Result<Payment, _> = handled.delivery.json();
    if payment.is_ok_and(|payment| payment.data.object.amount >= LARGE) {
        failures.increment(1);
    }
}
