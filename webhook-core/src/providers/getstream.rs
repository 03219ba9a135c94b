use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// Stream (getstream.io) webhooks for chat and activity feeds.
///
/// `X-Signature` is a hex HMAC-SHA-256 over the body. The secret is the API secret of the app.
///
/// * **Disable compression for the webhook**: Stream signs the uncompressed body, and a compressed
///   body is answered 415.
/// * The signature covers no timestamp. `X-Webhook-Id` is an unsigned label; the replay key comes
///   from the body. The event type is `/type`.
///
/// Source: <https://getstream.io/chat/docs/node/webhooks_overview/> and stream-chat-js
/// (`signing.ts`).
pub const GETSTREAM: Provider = Provider::new(
    "getstream",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-signature")],
)
.id_in_headers(&["x-webhook-id"])
.type_at(&["/type"])
.identified_by(Identity::Content, "the body carries the time of the event")
.configured_by(&[
    Parameter::secret("api_secret"),
    Parameter::identifier("api_key"),
    Parameter::identifier("app_id"),
])
.documented_at("https://getstream.io/chat/docs/node/webhooks_overview/");
