use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Marqeta webhooks.
///
/// `X-Marqeta-Signature` is a hex HMAC over the body. The hash is SHA-256, or SHA-1 if the webhook
/// was created without a choice. Both are accepted; the length of the tag tells them apart. The
/// secret is the webhook's secret.
///
/// * Marqeta always sends HTTP Basic credentials as well. With the setting `credentials`, written
///   `username:password`, they must match it. Without the setting they are ignored, because the
///   signature proves more.
/// * The signature covers no timestamp. A delivery is a batch without an id, so the replay key
///   comes from the body. A ping (`{"pings":[…]}`) is answered 200 like an event.
/// * Marqeta retries for up to two weeks.
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
