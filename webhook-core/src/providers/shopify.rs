use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success};

/// Shopify.
///
/// `X-Shopify-Hmac-Sha256` or, for the newer "events", `shopify-hmac-sha256`: base64, HMAC-SHA-256 over the body. The key is
/// the app's client secret; while it is rotated, give the old one too.
///
/// * No time is signed, and id, topic and shop are unsigned headers. Shopify sends one body under
///   several topics (`orders/updated`, `orders/paid`), so a delivery is known by its content, topic
///   and event id, of which one content has at most 16. A handler that must know the topic for
///   certain registers a URL for each.
/// * The id is `X-Shopify-Event-Id`, or `X-Shopify-Webhook-Id` where that is missing.
/// * 5 s to answer; 8 retries within four hours, and then the subscription is deleted.
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
    "one body comes under several topics (`orders/updated`, `orders/paid`)",
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
