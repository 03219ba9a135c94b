use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Marqeta.
///
/// `X-Marqeta-Signature`: hexadecimal, HMAC over the body, with SHA-256 or, where the webhook was made without a choice, SHA-1: both are
/// accepted, told apart by their length. The key is the webhook's secret.
///
/// * Marqeta also sends HTTP Basic credentials, always. With the setting `credentials`, as `username:password`, they have to be those; without, they are not
///   looked at, since the signature says more.
/// * No time is signed and a delivery is a batch without an id: it is told apart by its content. A ping (`{"pings":[…]}`) is answered
///   200 like an event.
/// * Retries for up to two weeks.
///
/// Source: <https://www.marqeta.com/docs/developer-guides/signature-verification>.
pub const MARQETA: Provider = Provider::new(
    "marqeta",
    &[
        body_hmac(Algorithm::HmacSha256),
        body_hmac(Algorithm::HmacSha1),
    ],
)
.retries_for_secs(14 * 24 * 3600)
.configured_by(&[Parameter::extra_secret("credentials").in_basic()])
.documented_at("https://www.marqeta.com/docs/developer-guides/signature-verification");

const fn body_hmac(algorithm: Algorithm) -> Scheme {
    Scheme::hmac(algorithm, &[Part::Body]).in_header("x-marqeta-signature")
}
