use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// PagerDuty, webhooks v3.
///
/// `X-PagerDuty-Signature: v1=<hex>,v1=<hex>`, HMAC-SHA-256 over the body, one for each secret. Only `v1` counts, and any may match.
///
/// * No time is signed. The id is `/event/id`, the type `/event/event_type`.
///
/// Source: <https://developer.pagerduty.com/docs/verifying-webhook-signatures> and go-pagerduty (`webhookv3`).
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
