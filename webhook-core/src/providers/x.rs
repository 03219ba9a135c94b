use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme};

/// X (Twitter) webhooks.
///
/// `x-twitter-webhooks-signature: sha256=<base64>` is an HMAC-SHA-256 over the body. The secret is
/// the consumer secret of the app (API secret key), not its bearer token.
///
/// * X asks for a check at registration and then every hour: a `GET` with `crc_token`. The endpoint
///   answers with the HMAC-SHA-256 of the token under the **first** secret. Anyone can ask, so a
///   token is only answered if it consists of base64 characters of either alphabet. A delivery
///   whose body consists of such characters is refused. JSON never does.
/// * X wants the answer within 3 seconds. An endpoint that fails a check receives no events until
///   it passes one.
/// * The signature covers no timestamp, and a delivery has no id, so the replay key comes from the
///   body.
///
/// Source: <https://docs.x.com/x-api/webhooks/quickstart> (read on 2026-11-29).
pub const X: Provider = Provider::new(
    "x",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-twitter-webhooks-signature")
        .prefix("sha256=")
        .encoding(Encoding::Base64)],
)
.with_aliases(&["twitter"])
.answers(Handshake::new(
    Challenge::Query("GET", "crc_token"),
    Reply::Tag("response_token"),
))
.configured_by(&[
    Parameter::secret("consumer_secret"),
    Parameter::identifier("consumer_key"),
])
.documented_at("https://docs.x.com/x-api/webhooks/quickstart");
