use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;

/// FarPay webhooks in JSON or XML.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS). The secret is the signing secret of the endpoint
/// (`whsec_…`).
///
/// * **Webhooks without a secret, and those that arrive by `GET`, are not signed** and are refused.
/// * The event id is `webhook-id`.
///
/// Source: <https://github.com/FarPay/Webhook> (read on 2026-11-29).
pub const FARPAY: Provider = standard("farpay").documented_at("https://github.com/FarPay/Webhook");
