use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Calendly.
///
/// `Calendly-Webhook-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA-256 over `t`, a dot and the body. The key is the subscription's
/// `signing_key`.
///
/// * Tolerance 180 s, the three minutes of Calendly's sample; that and the retries for 24 hours were read in quotations only.
/// * Events have no id and are told apart by their content. The type is `/event`.
/// * Any 2xx is success, which was read in quotations too.
///
/// Source: <https://developer.calendly.com/api-docs/ZG9jOjM2MzE2MDM4-webhook-signatures> and an answer of Calendly's staff.
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
