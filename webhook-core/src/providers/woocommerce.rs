use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success};

/// WooCommerce.
///
/// `X-WC-Webhook-Signature`: base64, HMAC-SHA-256 over the body. The key is the secret as typed; the database and the REST API show it
/// with HTML entities. A shop may have changed the hash by a filter.
///
/// * No time is signed, and topic (`X-WC-Webhook-Topic`) and id are unsigned headers.
///   `X-WC-Webhook-Delivery-ID` is the same for two events in one second, and the body of a
///   deletion is the id of the object alone. So a delivery is known by its content, topic and id,
///   of which one content has at most 64.
/// * When a webhook is made, an **unsigned** form `webhook_id=…` comes and must be answered 200; here it is refused, and WooCommerce
///   then warns. To answer it, build the endpoint with `WOOCOMMERCE.answers(…)` of a
///   [`Challenge::UnsignedForm`](crate::Challenge::UnsignedForm) and [`Reply::Status`](crate::Reply::Status).
/// * No retries; 60 s to answer. Five failures in a row disable the webhook.
/// * Any 2xx is success, and so are 300, 301 and 302.
///
/// Source: <https://woocommerce.com/document/webhooks/> and WooCommerce's `class-wc-webhook.php`, the sender.
pub const WOOCOMMERCE: Provider = Provider::new(
    "woocommerce",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-wc-webhook-signature")
        .encoding(Encoding::Base64)],
)
.type_in_headers(&["x-wc-webhook-topic"])
.identified_by(
    Identity::labels(&["x-wc-webhook-topic", "x-wc-webhook-delivery-id"], 64),
    "a body may be `{\"id\":123}` alone: an order that is deleted, restored and deleted again",
)
.answers_within_millis(60_000)
.succeeds_with(Success::Any2xx)
.configured_by(&[Parameter::identifier("consumer_key")])
.documented_at("https://woocommerce.com/document/webhooks/");
