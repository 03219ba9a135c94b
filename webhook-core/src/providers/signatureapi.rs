use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;

/// SignatureAPI webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS). The secret is the signing secret of the endpoint
/// (`whsec_…`).
///
/// * The event id is `webhook-id`, and the event type is `/type`.
///
/// Source: <https://signatureapi.com/docs/api/guides/how-to/verify-webhooks> (read on 2026-11-29).
pub const SIGNATUREAPI: Provider = standard("signatureapi")
    .documented_at("https://signatureapi.com/docs/api/guides/how-to/verify-webhooks");
