use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};

/// Lemon Squeezy.
///
/// `X-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the signing secret.
///
/// * No time is signed and events have no id: deliveries are told apart by their content. The type is `/meta/event_name`.
/// * Only 200 is success; retries after 5, 25 and 125 s.
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
