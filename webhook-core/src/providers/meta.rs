use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme, Success};

/// Meta webhooks: Facebook, Instagram, Messenger and the WhatsApp Cloud API.
///
/// `X-Hub-Signature-256: sha256=<hex>` is an HMAC-SHA-256 over the body as received, in which Meta
/// escapes non-ASCII characters. The secret is the app secret. The older `X-Hub-Signature` (SHA-1)
/// is ignored.
///
/// * The signature covers no timestamp, and a delivery has no id (`/entry/0/id` names the page or
///   account). So the replay key comes from the body. A delivery holds up to 1000 updates, each
///   with its own id. The event type is `/object`.
/// * Meta retries with growing pauses for 36 hours, and for WhatsApp up to 7 days. Only 200 is
///   success.
/// * The handshake is an unsigned `GET` with `hub.challenge`. The endpoint answers it if a
///   [`verify_token`](crate::EndpointBuilder::verify_token) is configured and `hub.verify_token`
///   matches it. Otherwise every `GET` is refused.
///
/// Source: <https://developers.facebook.com/docs/graph-api/webhooks/getting-started> and
/// WhatsApp-Nodejs-SDK; the retries are from copies.
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
