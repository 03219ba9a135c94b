use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme, Success};

/// Meta: Facebook, Instagram, Messenger, WhatsApp Cloud API.
///
/// `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA-256 over the body as it arrives, in which Meta escapes what is not ASCII. The key is the
/// app secret. The older `X-Hub-Signature` (SHA-1) is never looked at.
///
/// * No time is signed and a delivery has no id (`/entry/0/id` is the page's or account's): deliveries are told apart by their
///   content. One holds up to 1000 updates, each with an id of its own. The type is `/object`.
/// * Retries with growing pauses for 36 hours, for WhatsApp up to 7 days. Only 200 is success.
/// * The subscription's `GET` with `hub.challenge` is unsigned. It is answered here if a
///   [`verify_token`](crate::EndpointBuilder::verify_token) is configured and `hub.verify_token` is that; otherwise every `GET` is refused.
///
/// Source: <https://developers.facebook.com/docs/graph-api/webhooks/getting-started> and WhatsApp-Nodejs-SDK; the retries are from copies.
pub const META: Provider = Provider::new(
    "meta",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-hub-signature-256")
        .prefix("sha256=")],
)
.with_aliases(&["facebook", "instagram", "messenger", "whatsapp"])
.type_at(&["/object"])
.answers(
    Handshake::new(Challenge::Query("GET", "hub.challenge"), Reply::Text)
        .if_query("hub.mode", "subscribe")
        .with_token_in("hub.verify_token"),
)
.retries_for_secs(7 * 24 * 3600)
.body_limit(4 * 1024 * 1024)
.succeeds_with(Success::Only200)
.configured_by(&[
    Parameter::secret("app_secret"),
    Parameter::identifier("app_id"),
])
.documented_at("https://developers.facebook.com/docs/graph-api/webhooks/getting-started");
