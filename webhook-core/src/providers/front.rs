use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Front application webhooks.
///
/// `X-Front-Signature` is a base64 HMAC-SHA-256 over the timestamp in `X-Front-Request-Timestamp`
/// (milliseconds), a colon and the body. The secret is the signing key of the app. Webhooks of
/// rules use another scheme: see [`FRONT_RULES`].
///
/// * When the webhook is saved, Front sends a signed delivery of the type `sync` with a random text
///   in `X-Front-Challenge`. It reaches the handler, which answers 200 with that text.
/// * The tolerance is 300 s in both directions, as Front recommends.
/// * A delivery has no id that is documented to be stable, so the replay key comes from the body.
///   The event type is `/type`.
///
/// Source: <https://dev.frontapp.com/docs/application-webhooks> (read on 2026-11-29).
pub const FRONT: Provider = Provider::new(
    "front",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal(":"), Part::Body],
    )
    .in_header("x-front-signature")
    .encoding(Encoding::Base64)
    .time_in_header("x-front-request-timestamp", TimeUnit::Millis)],
)
.type_at(&["/type"])
.configured_by(&[Parameter::secret("signing_key")])
.documented_at("https://dev.frontapp.com/docs/application-webhooks");

/// Front rule webhooks.
///
/// `X-Front-Signature` is a base64 HMAC-SHA-1 over the body. The secret is the API secret of the
/// company.
///
/// * The signature covers no timestamp. The replay key comes from the body. The event type is
///   `/type`.
///
/// Source: <https://dev.frontapp.com/docs/rule-webhooks> (read on 2026-11-29).
pub const FRONT_RULES: Provider = Provider::new(
    "front-rules",
    &[Scheme::hmac(Algorithm::HmacSha1, &[Part::Body])
        .in_header("x-front-signature")
        .encoding(Encoding::Base64)],
)
.type_at(&["/type"])
.configured_by(&[Parameter::secret("api_secret")])
.documented_at("https://dev.frontapp.com/docs/rule-webhooks");
