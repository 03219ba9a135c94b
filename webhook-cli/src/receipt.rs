//! What a sender is told of a delivery that was taken.

use serde::Serialize;
use webhook_axum::Delivery;

#[derive(Serialize)]
struct Receipt<'a> {
    id: Option<&'a str>,
    r#type: Option<&'a str>,
    provider: &'static str,
    duplicate: bool,
}

/// The body of a 200: `{"id":…,"type":…,"provider":…,"duplicate":…}`.
pub(crate) fn receipt(delivery: &Delivery, duplicate: bool) -> Vec<u8> {
    let receipt = Receipt {
        id: delivery.id(),
        r#type: delivery.event_type(),
        provider: delivery.provider(),
        duplicate,
    };
    serde_json::to_vec(&receipt).expect("texts and a boolean can always be written as JSON")
}
