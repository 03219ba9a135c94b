use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success};

/// Shopify webhooks.
///
/// `X-Shopify-Hmac-Sha256`, or `shopify-hmac-sha256` for the newer "events", is a base64
/// HMAC-SHA-256 over the body. The secret is the app's client secret. During a rotation, configure
/// the old one too.
///
/// * The signature covers no timestamp. The id, the topic and the shop are unsigned headers.
///   Shopify sends one body under several topics (`orders/updated`, `orders/paid`). So the replay
///   key comes from the body, the topic and the event id, with at most 16 combinations for one
///   body. If the handler must know the topic for certain, register a URL for each topic.
/// * The id is `X-Shopify-Event-Id`, or `X-Shopify-Webhook-Id` if that is missing.
/// * Shopify waits 5 s for an answer. It retries 8 times within four hours, then deletes the
///   subscription.
/// * Any 2xx is success.
///
/// Source: <https://shopify.dev/docs/apps/build/webhooks/subscribe/https> and @shopify/shopify-api.
pub const SHOPIFY: Provider = Provider::new(
    "shopify",
    &[
        body_hmac("x-shopify-hmac-sha256"),
        body_hmac("shopify-hmac-sha256"),
    ],
)
.id_in_headers(&[
    "x-shopify-event-id",
    "shopify-event-id",
    "x-shopify-webhook-id",
    "shopify-webhook-id",
])
.type_in_headers(&["x-shopify-topic", "shopify-topic"])
.identified_by(
    Identity::labels(
        &[
            "x-shopify-topic",
            "shopify-topic",
            "x-shopify-event-id",
            "shopify-event-id",
        ],
        16,
    ),
    "one body arrives under several topics (`orders/updated`, `orders/paid`)",
)
.same_headers(&[
    &["x-shopify-hmac-sha256", "shopify-hmac-sha256"],
    &["x-shopify-topic", "shopify-topic"],
    &["x-shopify-event-id", "shopify-event-id"],
    &["x-shopify-webhook-id", "shopify-webhook-id"],
    &["x-shopify-shop-domain", "shopify-shop-domain"],
    &["x-shopify-api-version", "shopify-api-version"],
    &["x-shopify-triggered-at", "shopify-triggered-at"],
])
.answers_within_millis(5_000)
.retries_for_secs(4 * 3600)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("client_secret"),
    Parameter::secret("api_secret"),
    Parameter::secret("api_secret_key"),
    Parameter::identifier("api_key"),
    Parameter::identifier("client_id"),
])
.documented_at("https://shopify.dev/docs/apps/build/webhooks/subscribe/https");

const fn body_hmac(header: &'static str) -> Scheme {
    Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header(header)
        .encoding(Encoding::Base64)
}
