use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;

/// Replicate.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS). Replicate's SDK looks at no time; here it has to be fresh.
///
/// * The body is a prediction: its `/id` is the prediction's, and the type given here is its `/status`.
///
/// Source: <https://replicate.com/docs/topics/webhooks/verify-webhook> and replicate 1.4.0.
pub const REPLICATE: Provider = standard("replicate")
    .type_at(&["/status"])
    .documented_at("https://replicate.com/docs/topics/webhooks/verify-webhook");
