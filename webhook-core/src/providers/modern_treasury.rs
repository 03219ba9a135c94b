use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// Modern Treasury webhooks.
///
/// `X-Signature` is a hex HMAC-SHA-256 over the body. The secret is the webhook key.
///
/// * The signature covers no timestamp. The id (`X-Event-ID`) is an unsigned header, so the replay
///   key comes from the body. The event type is `/event`; the topic is another unsigned header.
///
/// Source: <https://docs.moderntreasury.com/platform/reference/webhooks> and modern-treasury-node's
/// tests.
pub const MODERN_TREASURY: Provider = Provider::new(
    "modern-treasury",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-signature")],
)
.id_in_headers(&["x-event-id"])
.type_at(&["/event"])
.identified_by(
    Identity::Content,
    "the body carries the object with the timestamp of its last change",
)
.configured_by(&[
    Parameter::secret("webhook_key"),
    Parameter::identifier("organization_id"),
])
.documented_at("https://docs.moderntreasury.com/platform/reference/webhooks");
