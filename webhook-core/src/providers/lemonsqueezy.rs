use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};

/// Lemon Squeezy webhooks.
///
/// `X-Signature` is a hex HMAC-SHA-256 over the body. The secret is the signing secret.
///
/// * The signature covers no timestamp, and events have no id, so the replay key comes from the
///   body. The event type is `/meta/event_name`.
/// * Only 200 is success. Lemon Squeezy retries after 5, 25 and 125 s.
///
/// Source: <https://docs.lemonsqueezy.com/help/webhooks/signing-requests>.
pub const LEMONSQUEEZY: Provider = Provider::new(
    "lemonsqueezy",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-signature")],
)
.with_aliases(&["lemon-squeezy"])
.type_at(&["/meta/event_name"])
.retries_for_secs(155)
.succeeds_with(Success::Only200)
.configured_by(&[
    Parameter::secret("signing_secret"),
    Parameter::identifier("store_id"),
])
.documented_at("https://docs.lemonsqueezy.com/help/webhooks/signing-requests");
