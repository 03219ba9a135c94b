use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme, Success};

/// Dwolla webhooks.
///
/// `X-Request-Signature-SHA-256` is a hex HMAC-SHA-256 over the body. The secret is the secret of
/// the subscription.
///
/// * There is no separate signed timestamp; `/timestamp` is part of the body. The event id is
///   `/id`, and the event type is `/topic`.
/// * Dwolla waits 10 s for an answer and follows no redirects. It retries eight times over 72
///   hours. 400 failures in a row pause the subscription.
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
