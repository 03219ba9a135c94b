use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Calendly webhooks.
///
/// `Calendly-Webhook-Signature: t=<seconds>,v1=<hex>` is an HMAC-SHA-256 over `t`, a dot and the
/// body. The secret is the `signing_key` of the subscription.
///
/// * The tolerance is 180 s, the three minutes of Calendly's sample. Calendly retries for 24 hours.
///   Both facts were read in quotations only.
/// * Events have no id, so the replay key comes from the body. The event type is `/event`.
/// * Any 2xx is success. This was read in quotations too.
///
/// Source: <https://developer.calendly.com/api-docs/ZG9jOjM2MzE2MDM4-webhook-signatures> and an
/// answer of Calendly's staff.
pub const CALENDLY: Provider = Provider::new(
    "calendly",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("calendly-webhook-signature")
    .pairs(b',', "v1")
    .time_in_pair("t", TimeUnit::Seconds)
    .tolerance_secs(180, 180)],
)
.type_at(&["/event"])
.retries_for_secs(24 * 3600)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("signing_key"),
    Parameter::secret("webhook_signing_key"),
    Parameter::identifier("client_id"),
])
.documented_at("https://developer.calendly.com/api-docs/ZG9jOjM2MzE2MDM4-webhook-signatures");
