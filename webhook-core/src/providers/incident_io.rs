use crate::provider::{Parameter, Provider, Success};
use crate::providers::standard_webhooks::standard;

/// incident.io webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), sent through Svix with the header names
/// `webhook-…`. Paste the signing secret of the endpoint's settings, `whsec_` included or not.
///
/// * The event id is `webhook-id`, and the event type is `/event_type`. Events may arrive out of
///   order, and incident.io's page recommends to fetch the incident.
/// * Any 2xx is success. incident.io retries for 24 hours, and disables an endpoint that keeps
///   failing for five days.
///
/// Source: <https://docs.incident.io/api-reference/webhooks> (read on 2026-11-30).
pub const INCIDENT_IO: Provider = standard("incident-io")
    .type_at(&["/event_type"])
    .configured_by(&[Parameter::secret("signing_secret")])
    .retries_for_secs(24 * 3600)
    .succeeds_with(Success::Any2xx)
    .documented_at("https://docs.incident.io/api-reference/webhooks");
