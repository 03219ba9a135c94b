//! One handler for each provider. They run only for genuine, fresh and new deliveries.

use axum::extract::State;
use serde::Deserialize;
use webhook_axum::{Delivery, VerifiedDelivery, VerifiedEvent};

use crate::journal::Journal;

/// Stripe has hundreds of event types and adds more. An unknown type is not an error.
#[derive(Deserialize)]
#[serde(tag = "type")]
pub(crate) enum StripeEvent {
    #[serde(rename = "invoice.paid")]
    InvoicePaid { data: Data },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
pub(crate) struct Data {
    object: Invoice,
}

#[derive(Deserialize)]
struct Invoice {
    amount_paid: u64,
}

pub(crate) async fn stripe(State(journal): State<Journal>, event: VerifiedEvent<StripeEvent>) {
    if let StripeEvent::InvoicePaid { data } = &event.data {
        let cents = data.object.amount_paid;
        write(&journal, &event.delivery, format!("{cents} cents paid")).await;
    }
}

/// GitHub names the event in a header that it does not sign: a thief can send a captured delivery
/// as another type. So this handler takes no decision from the type alone.
pub(crate) async fn github(
    State(journal): State<Journal>,
    VerifiedDelivery(delivery): VerifiedDelivery,
) {
    let what = delivery.event_type().unwrap_or("something").to_owned();
    write(&journal, &delivery, what).await;
}

/// Slack sends JSON for events and forms for slash commands, so this handler takes any payload. The
/// layer answers the `url_verification` challenge itself.
///
/// Slack gives up after 3 s and retries. A slower handler keeps running: the layer answers the
/// first retries with 503, and a later one with 200.
pub(crate) async fn slack(
    State(journal): State<Journal>,
    VerifiedDelivery(delivery): VerifiedDelivery,
) {
    let what = delivery.event_type().unwrap_or("a form").to_owned();
    write(&journal, &delivery, what).await;
}

#[derive(Deserialize)]
pub(crate) struct Order {
    total_price: String,
}

/// The route takes one topic, `orders/paid`. Register a separate URL for each topic: Shopify does
/// not sign the header that names it.
pub(crate) async fn shopify(State(journal): State<Journal>, event: VerifiedEvent<Order>) {
    let what = format!("order over {}", event.data.total_price);
    write(&journal, &event.delivery, what).await;
}

#[derive(Deserialize)]
pub(crate) struct SquareEvent {
    merchant_id: String,
}

pub(crate) async fn square(State(journal): State<Journal>, event: VerifiedEvent<SquareEvent>) {
    let what = format!("news of {}", event.data.merchant_id);
    write(&journal, &event.delivery, what).await;
}

/// The newest secret has the slot zero, so a higher slot means that the sender still uses an old
/// one. Remove the old secret once this warning stops.
async fn write(journal: &Journal, delivery: &Delivery, what: String) {
    let (provider, slot) = (delivery.provider(), delivery.proof().key_slot());
    if slot > 0 {
        tracing::warn!(provider, slot, "signed with an old secret");
    }
    journal.write(provider, what, slot).await;
}
