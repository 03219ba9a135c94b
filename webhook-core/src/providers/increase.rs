use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;

/// Increase webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS).
///
/// * The event type is `/category`. The npm package `increase` 1.0.0 is not Increase's SDK.
///
/// Source: <https://increase.com/documentation/webhooks> and increase-python.
pub const INCREASE: Provider = standard("increase")
    .type_at(&["/category"])
    .documented_at("https://increase.com/documentation/webhooks");
