use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};

/// Square webhooks.
///
/// `x-square-hmacsha256-signature` is a base64 HMAC-SHA-256 over the notification URL, directly
/// followed by the body. The URL must be exactly the one registered with Square, including its last
/// slash. The retired `x-square-signature` (SHA-1) is ignored.
///
/// * No separator divides the URL and the body. If the URL has a query, the body must be JSON, and
///   the query must not contain brackets.
/// * The signature covers no timestamp. `square-initial-delivery-timestamp` and the retry headers
///   are unsigned.
/// * The event id `/event_id` stays the same over retries: eleven within 24 hours. Square waits 10 s
///   for an answer.
/// * Any 2xx is success.
///
/// Source: <https://developer.squareup.com/docs/webhooks/step3validate> and Square's SDKs.
pub const SQUARE: Provider = Provider::new(
    "square",
    &[
        Scheme::hmac(Algorithm::HmacSha256, &[Part::Url, Part::Body])
            .in_header("x-square-hmacsha256-signature")
            .encoding(Encoding::Base64),
    ],
)
.id_at(&["/event_id"])
.type_at(&["/type"])
.answers_within_millis(10_000)
.retries_for_secs(24 * 3600)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("signature_key"),
    Parameter::identifier("application_id"),
])
.documented_at("https://developer.squareup.com/docs/webhooks/step3validate");
