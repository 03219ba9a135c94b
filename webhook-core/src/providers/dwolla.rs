use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme, Success};

/// Dwolla.
///
/// `X-Request-Signature-SHA-256`: hexadecimal, HMAC-SHA-256 over the body. The key is the secret of the subscription.
///
/// * No time is signed for itself: `/timestamp` is in the body. The id is `/id`, the type `/topic`.
/// * 10 s to answer, no redirects; eight retries over 72 hours. 400 failures in a row pause the subscription.
/// * Any 2xx is success.
///
/// Source: <https://developers.dwolla.com/docs/api-reference/webhook-subscriptions>.
pub const DWOLLA: Provider = Provider::new(
    "dwolla",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-request-signature-sha-256")],
)
.id_at(&["/id"])
.type_at(&["/topic"])
.answers_within_millis(10_000)
.retries_for_secs(72 * 3600)
.succeeds_with(Success::Any2xx)
.documented_at("https://developers.dwolla.com/docs/api-reference/webhook-subscriptions");
