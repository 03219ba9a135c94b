//! What happens with an event.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use webhook_axum::inbox::EventSteps;
use webhook_axum::{Event, HookResult, HookResultExt as _, Mode, VerifiedDelivery, VerifiedEvent};
use webhook_payments::{PaymentEvent, PaymentKind};

use crate::Failure;
use crate::orders::{Change, Orders};

/// What handlers need.
#[derive(Clone)]
pub(crate) struct Shop {
    orders: Orders,
    api: Arc<str>,
    client: reqwest::Client,
}

/// What is around every event.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope {
    event_data: EventData,
}

#[derive(Deserialize)]
struct EventData {
    version: String,
}

/// The version of the payloads that this program reads.
const VERSION: &str = "2022-02-18";

/// An event of another version is dead, with its body, until a program that reads it requeues it.
pub(crate) async fn known_version(VerifiedEvent(event): VerifiedEvent<Envelope>) -> HookResult {
    let version = &event.data.event_data.version;
    match version == VERSION {
        true => Ok(()),
        false => Err(format!("version {version} is not known")).permanent(),
    }
}

/// A payment as Smartpay's API returns it.
#[derive(Deserialize, Serialize)]
struct Captured {
    id: String,
}

/// An authorised order is captured, once. Then the goods may go.
pub(crate) async fn authorized(
    State(shop): State<Shop>,
    VerifiedEvent(event): VerifiedEvent<PaymentEvent>,
    EventSteps(steps): EventSteps,
) -> HookResult {
    let change = change(&event, "captured")?;
    if shop.orders.is_closed(&change.subject).await? {
        return Ok(()); // It was canceled, and this event is late.
    }
    // The key is the same in every attempt, so Smartpay captures once even if this process is
    // killed before it hears the answer.
    let key = steps.key("capture");
    let _: Captured = steps
        .run("capture", async || shop.capture(&key, &event).await)
        .await?;
    shop.orders.change(steps.lease(), change).await?;
    Ok(())
}

/// All other events of payments, orders, refunds and payouts.
pub(crate) async fn changed(
    State(shop): State<Shop>,
    VerifiedEvent(event): VerifiedEvent<PaymentEvent>,
    EventSteps(steps): EventSteps,
) -> HookResult {
    let status = match event.data.kind {
        PaymentKind::PaymentSucceeded => "paid",
        PaymentKind::PaymentFailed => "canceled",
        PaymentKind::PaymentRefunded => "refunded",
        PaymentKind::PayoutCompleted => "paid out",
        _ => return Ok(()),
    };
    let change = change(&event, status)?;
    shop.orders.change(steps.lease(), change).await?;
    Ok(())
}

/// Fails twice and succeeds at the third attempt, as the guide's sample does. A failure does not
/// make the event done, so Smartpay's retry runs.
pub(crate) async fn third_time(VerifiedDelivery(delivery): VerifiedDelivery) -> StatusCode {
    tracing::info!(id = delivery.id(), attempt = delivery.attempt(), "retried");
    match delivery.attempt() {
        1 | 2 => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}

fn change(event: &Event<PaymentEvent>, status: &'static str) -> HookResult<Change> {
    let ids = &event.data.ids;
    // Neither headers nor bodies are logged: they are personal data and proofs.
    tracing::info!(
        id = event.id(),
        kind = event.event_type(),
        attempt = event.attempt(),
        status
    );
    let subject = ids.order.clone().or(ids.payout.clone());
    let subject = subject.or(ids.payment.clone());
    Ok(Change {
        subject: subject.ok_or("no order").permanent()?,
        status,
        amount: event.data.amount.map(|amount| amount.minor()),
        is_test: event.mode() == Some(Mode::Test),
    })
}

impl Shop {
    pub(crate) fn new(orders: Orders, api: String) -> Self {
        Self {
            orders,
            api: api.into(),
            client: reqwest::Client::new(),
        }
    }

    async fn capture(&self, key: &str, event: &Event<PaymentEvent>) -> Result<Captured, Failure> {
        let amount = event.data.amount.ok_or("the order has no amount")?;
        let request = self.client.post(format!("{}/v1/payments", self.api));
        let request = request.header("idempotency-key", key).json(&json!({
            "order": event.data.ids.order,
            "amount": amount.minor(),
            "currency": amount.currency().code(),
        }));
        let answer = request.send().await?.error_for_status()?;
        Ok(answer.json().await?)
    }
}
