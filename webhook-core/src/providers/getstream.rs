use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// Stream (getstream.io): chat and activity feeds.
///
/// `X-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the API secret of the app.
///
/// * **Switch compression off for the hook**: what is signed is the body before it is compressed, and a compressed one is answered
///   415 here.
/// * No time is signed; `X-Webhook-Id` is an unsigned label. Deliveries are told apart by their content. The type is `/type`.
///
/// Source: <https://getstream.io/chat/docs/node/webhooks_overview/> and stream-chat-js (`signing.ts`).
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
