use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Sanity (GROQ-powered webhooks).
///
/// `sanity-webhook-signature: t=<milliseconds>,v1=<base64url>`, HMAC-SHA-256 over `t`, a dot and the body; base64 with the alphabet for URLs
/// and without padding.
///
/// * Sanity's library knows no tolerance; 300 s to both sides here. 429 and 5xx are retried twice.
/// * The body is whatever the projection makes, so the same one may come for another change: the signed time tells them apart.
/// * Any 2xx is success.
///
/// Source: <https://www.sanity.io/docs/webhooks> and sanity-io/webhook-toolkit (`signature.ts`).
pub const SANITY: Provider = Provider::new(
    "sanity",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("sanity-webhook-signature")
    .spaced_pairs(b',', "v1")
    .encoding(Encoding::Base64Url)
    .time_in_pair("t", TimeUnit::Millis)],
)
.identified_by(
    Identity::ContentAndAttempt,
    "a projection of the project's writes the body",
)
.succeeds_with(Success::Any2xx)
.documented_at("https://www.sanity.io/docs/webhooks");
