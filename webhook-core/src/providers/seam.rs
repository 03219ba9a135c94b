use crate::provider::Provider;

/// Seam.
///
/// [Svix](super::SVIX): Seam's SDK hands its deliveries to Svix's library, which reads `svix-…` and `webhook-…` names.
///
/// * The type is `/event_type`. Retries are Svix's.
///
/// Source: <https://docs.seam.co/latest/developer-tools/webhooks> and seamapi/javascript-webhook.
pub const SEAM: Provider = super::svix::both("seam")
    .type_at(&["/event_type"])
    .documented_at("https://docs.seam.co/latest/developer-tools/webhooks");
