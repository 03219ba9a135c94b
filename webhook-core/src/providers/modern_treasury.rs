use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// Modern Treasury.
///
/// `X-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the webhook key.
///
/// * No time is signed, and the id (`X-Event-ID`) is an unsigned header: deliveries are told apart by their content. The type is
///   `/event`; the topic is another unsigned header.
///
/// Source: <https://docs.moderntreasury.com/platform/reference/webhooks> and modern-treasury-node's tests.
pub const MODERN_TREASURY: Provider = Provider::new(
    "modern-treasury",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-signature")],
)
.id_in_headers(&["x-event-id"])
.type_at(&["/event"])
.identified_by(
    Identity::Content,
    "the body carries the object with the time of its last change",
)
.configured_by(&[
    Parameter::secret("webhook_key"),
    Parameter::identifier("organization_id"),
])
.documented_at("https://docs.moderntreasury.com/platform/reference/webhooks");
