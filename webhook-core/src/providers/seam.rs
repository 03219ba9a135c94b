use crate::provider::Provider;

/// Seam webhooks.
///
/// [Svix](super::SVIX). Seam's SDK passes deliveries to Svix's library, which reads the header
/// names `svix-…` and `webhook-…`.
///
/// * The event type is `/event_type`. Retries are those of Svix.
///
/// Source: <https://docs.seam.co/latest/developer-tools/webhooks> and seamapi/javascript-webhook.
pub const SEAM: Provider = super::svix::both("seam")
    .type_at(&["/event_type"])
    .documented_at("https://docs.seam.co/latest/developer-tools/webhooks");
