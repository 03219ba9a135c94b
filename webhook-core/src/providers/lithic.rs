use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;

/// Lithic webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS).
///
/// * The event type is `/event_type`.
///
/// Source: <https://docs.lithic.com/docs/events-api> and lithic-node.
pub const LITHIC: Provider = standard("lithic")
    .type_at(&["/event_type"])
    .documented_at("https://docs.lithic.com/docs/events-api");
