use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// PagerDuty webhooks of version 3.
///
/// `X-PagerDuty-Signature: v1=<hex>,v1=<hex>` holds HMAC-SHA-256 tags over the body, one for each
/// secret. Only `v1` counts, and any entry may match.
///
/// * The signature covers no timestamp. The event id is `/event/id`, and the event type is
///   `/event/event_type`.
///
/// Source: <https://developer.pagerduty.com/docs/verifying-webhook-signatures> and go-pagerduty
/// (`webhookv3`).
pub const PAGERDUTY: Provider = Provider::new(
    "pagerduty",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-pagerduty-signature")
        .pairs(b',', "v1")],
)
.id_at(&["/event/id"])
.type_at(&["/event/event_type"])
.configured_by(&[Parameter::secret("signing_secret")])
.documented_at("https://developer.pagerduty.com/docs/verifying-webhook-signatures");
