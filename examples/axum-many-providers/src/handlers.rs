//! One handler for each provider. All of them run for genuine, fresh, new deliveries only.

use axum::extract::State;
use serde::Deserialize;
use webhook_axum::{Delivery, VerifiedDelivery, VerifiedEvent};

use crate::journal::Journal;

/// Stripe has hundreds of event types, and adds more: those that nobody here knows are no errors.
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

/// GitHub names the event in a header that it does not sign: whoever captured a delivery may send it as another type. So
/// the type chooses nothing here that the body would not bear out.
pub(crate) async fn github(
    State(journal): State<Journal>,
    VerifiedDelivery(delivery): VerifiedDelivery,
) {
    let what = delivery.event_type().unwrap_or("something").to_owned();
    write(&journal, &delivery, what).await;
}

/// Slack sends JSON for events and forms for slash commands, both signed, so this takes the delivery whatever is in it. Its
/// `url_verification` challenge never comes here: the layer answers it.
///
/// Slack gives up after 3 s and tries again. A handler that takes longer runs on, the first retries are answered
/// 503 while it does, and a later one 200.
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

/// The route takes one topic, `orders/paid`: register another URL for another. The header that says the topic is not signed.
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

/// Secrets are given newest first, so a slot above zero is an old one at work. When this line has stopped, it can go.
async fn write(journal: &Journal, delivery: &Delivery, what: String) {
    let (provider, slot) = (delivery.provider(), delivery.proof().key_slot());
    if slot > 0 {
        tracing::warn!(provider, slot, "signed with an old secret");
    }
    journal.write(provider, what, slot).await;
}
