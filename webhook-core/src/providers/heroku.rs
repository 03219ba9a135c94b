use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme};

/// Heroku app webhooks.
///
/// `Heroku-Webhook-Hmac-SHA256` is a base64 HMAC-SHA-256 over the body. The secret is the one given
/// or returned when the webhook was created; it is shown only then.
///
/// * The signature covers no timestamp. The replay key comes from the body, which has the id and
///   the time of the event. The event type is `/resource`; `/action` says what happened to it.
/// * Webhooks of the level `notify` are not retried; those of the level `sync` are.
/// * Independent descriptions and implementations agree on this scheme. Heroku's own page was not
///   read for it.
///
/// Source: <https://devcenter.heroku.com/articles/app-webhooks>.
pub const HEROKU: Provider = Provider::new(
    "heroku",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("heroku-webhook-hmac-sha256")
        .encoding(Encoding::Base64)],
)
.type_at(&["/resource"])
.documented_at("https://devcenter.heroku.com/articles/app-webhooks");
