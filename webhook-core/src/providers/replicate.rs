use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;

/// Replicate webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS). Replicate's SDK does not check the timestamp;
/// here it must be fresh.
///
/// * The body is a prediction. Its `/id` names the prediction, and the event type reported here is
///   its `/status`.
/// * A prediction carries its logs, so it can be longer than 1 MiB. Replicate documents no maximum.
///
/// Source: <https://replicate.com/docs/topics/webhooks/verify-webhook> and replicate 1.4.0.
pub const REPLICATE: Provider = standard("replicate")
    .type_at(&["/status"])
    .body_limit(8 * 1024 * 1024)
    .documented_at("https://replicate.com/docs/topics/webhooks/verify-webhook");
