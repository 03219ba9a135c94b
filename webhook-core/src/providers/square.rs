use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};

/// Square.
///
/// `x-square-hmacsha256-signature`: base64, HMAC-SHA-256 over the notification URL and the body. The URL is the one
/// registered with Square, to the last slash. The retired `x-square-signature` (SHA-1) is never looked at.
///
/// * Nothing stands between URL and body: behind a URL with a query, the body has to be JSON, and
///   the query must not have brackets.
/// * No time is signed; `square-initial-delivery-timestamp` and the retry headers are not either.
/// * The id `/event_id` stays the same over retries, which go on for up to three days; 10 s to answer.
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
.retries_for_secs(72 * 3600)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("signature_key"),
    Parameter::identifier("application_id"),
])
.documented_at("https://developer.squareup.com/docs/webhooks/step3validate");
