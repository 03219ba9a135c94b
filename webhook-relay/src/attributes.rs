//! What a message says about its delivery, as headers.

use webhook_core::{Delivery, Mode};
use webhook_worker::Stored;

use crate::message::Headers;

/// What a relay says about a delivery. The [crate docs](crate) have it as a table.
pub(crate) struct Attributes<'a> {
    pub(crate) provider: &'a str,
    pub(crate) tenant: Option<&'a str>,
    pub(crate) consumer: Option<&'a str>,
    pub(crate) event_type: Option<&'a str>,
    pub(crate) is_type_signed: bool,
    pub(crate) event_id: Option<&'a str>,
    pub(crate) is_id_signed: bool,
    pub(crate) is_body_signed: bool,
    pub(crate) mode: Option<&'static str>,
    pub(crate) attempt: u32,
    pub(crate) received_at: String,
}

impl<'a> Attributes<'a> {
    pub(crate) fn of(stored: &'a Stored) -> Self {
        let delivery = stored.delivery();
        let proof = delivery.proof();
        Self {
            provider: delivery.provider(),
            tenant: delivery.tenant(),
            consumer: Some(stored.consumer()).filter(|name| !name.is_empty()),
            event_type: delivery.event_type(),
            is_type_signed: proof.covers_type(),
            event_id: delivery.id(),
            is_id_signed: proof.covers_id(),
            is_body_signed: is_body_signed(delivery),
            mode: mode(delivery),
            attempt: delivery.attempt(),
            received_at: stored.head().received_at().to_string(),
        }
    }

    /// Adds them to the headers of a message.
    pub(crate) fn write(&self, key: &str, query: Option<&str>, to: &mut Headers) {
        let attempt = self.attempt.to_string();
        let type_name = match self.is_type_signed {
            true => "x-delivery-type",
            false => "x-delivery-unsigned-type",
        };
        let id_name = match self.is_id_signed {
            true => "x-delivery-event-id",
            false => "x-delivery-unsigned-event-id",
        };
        let unsigned_body = (!self.is_body_signed).then_some("true");
        for (name, value) in [
            ("webhook-id", Some(key)),
            ("x-delivery-provider", Some(self.provider)),
            ("x-delivery-tenant", self.tenant),
            ("x-delivery-consumer", self.consumer),
            (type_name, self.event_type),
            (id_name, self.event_id),
            ("x-delivery-unsigned-body", unsigned_body),
            ("x-delivery-mode", self.mode),
            ("x-delivery-attempt", Some(&*attempt)),
            ("x-delivery-received-at", Some(&*self.received_at)),
            ("x-delivery-query", query),
        ] {
            // Visible ASCII, which every receiver reads alike.
            if let Some(value) = value.filter(|value| is_visible(value.as_bytes())) {
                to.set(name, value);
            }
        }
    }
}

/// Whether a value is not empty, and consists of visible ASCII characters and spaces.
pub(crate) fn is_visible(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(|byte| (0x20..0x7f).contains(byte))
}

fn is_body_signed(delivery: &Delivery) -> bool {
    let coverage = delivery.proof().coverage();
    coverage.body || coverage.is_sender_only()
}

fn mode(delivery: &Delivery) -> Option<&'static str> {
    match delivery.mode()? {
        Mode::Live => Some("live"),
        Mode::Test => Some("test"),
        _ => None,
    }
}
