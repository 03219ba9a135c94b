//! The services that each guide's system calls, as far as a demonstration needs them.

use serde_json::{Value, json};

use crate::StandIn;

/// NextPay's guide: a service that keeps books.
#[must_use]
pub fn accounting() -> StandIn {
    StandIn::new().does(
        "/postings",
        |key, _| json!({"id": format!("posting of {key}")}),
    )
}

/// Smartpay's API, as far as it captures orders.
#[must_use]
pub fn smartpay() -> StandIn {
    StandIn::new().does(
        "/v1/payments",
        |key, _| json!({"id": format!("payment of {key}")}),
    )
}

/// CodeSpar's sessions and tools, and Mercado Pago's API.
#[must_use]
pub fn codespar() -> StandIn {
    let done = |_: &str, _: &Value| json!({"ok": true});
    StandIn::new()
        .does("/sessions", done)
        .does("/sessions/close", done)
        .does(
            "/codespar_invoice",
            |_, _| json!({"data": {"pdf_url": "https://example.com/nfe.pdf"}}),
        )
        .does(
            "/codespar_ship",
            |_, _| json!({"data": {"tracking_code": "BR123"}}),
        )
        .does("/codespar_notify", |_, _| json!({"data": {"sent": true}}))
        .has("/v1/payments/{id}", approved)
}

/// A payment of Mercado Pago. Number 404 does not exist.
fn approved(id: &str) -> Option<Value> {
    let payment = json!({"id": id, "status": "approved", "transaction_amount": 19.9,
        "currency_id": "BRL", "payer": {"id": "mp_customer_1"}});
    (id != "404").then_some(payment)
}

/// What QZPay's listeners call, and Mercado Pago's API: every payment is approved, but for number
/// 404, which does not exist.
#[must_use]
pub fn qzpay() -> StandIn {
    StandIn::new()
        .does("/{service}", |_, _| json!({}))
        .has("/v1/payments/{id}", approved)
        .has("/preapproval/{id}", |id| {
            Some(
                json!({"id": id, "status": "pending", "preapproval_plan_id": "plan_1",
                "auto_recurring": {"transaction_amount": 19.9, "currency_id": "BRL"}}),
            )
        })
}

/// Easypay's API: every payment is one of 19.99 euros, and paid.
#[must_use]
pub fn easypay() -> StandIn {
    StandIn::new().has("/single/{id}", |id| {
        let order = id.strip_prefix("payment-of-").unwrap_or("order-1");
        Some(
            json!({"id": id, "key": order, "payment_status": "paid", "value": 19.99,
            "currency": "EUR"}),
        )
    })
}
