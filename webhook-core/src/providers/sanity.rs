use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Sanity GROQ-powered webhooks.
///
/// `sanity-webhook-signature: t=<milliseconds>,v1=<base64url>` is an HMAC-SHA-256 over `t`, a dot
/// and the body. The base64 has the URL alphabet and no padding.
///
/// * Sanity's library has no tolerance. The default is 300 s in both directions. Sanity retries 429
///   and 5xx twice.
/// * A webhook may be set to `PUT`, `PATCH`, `DELETE` or `GET`. All of them have the same body.
/// * A projection writes the body, so equal bodies may report different changes. The replay key
///   comes from the body and the signed timestamp.
/// * Any 2xx is success.
///
/// Source: <https://www.sanity.io/docs/webhooks>, <https://www.sanity.io/docs/webhooks-api> (methods; read
/// on 2026-11-29) and sanity-io/webhook-toolkit (`signature.ts`).
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
.with_methods(&["POST", "PUT", "PATCH", "DELETE", "GET"])
.identified_by(
    Identity::ContentAndAttempt,
    "a projection that the project defines writes the body",
)
.succeeds_with(Success::Any2xx)
.documented_at("https://www.sanity.io/docs/webhooks");
