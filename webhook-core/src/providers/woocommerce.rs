use crate::success::Success;
use crate::{Algorithm, Encoding, Part, Provider, Scheme};

/// WooCommerce.
///
/// `X-WC-Webhook-Signature`: base64, HMAC-SHA-256 over the body. The key is the secret as typed; the database and the REST API show it
/// with HTML entities. A shop may have changed the hash by a filter.
///
/// * No time is signed, and topic and ids are unsigned headers. `X-WC-Webhook-Delivery-ID` is the same for two events in one second, so
///   it is no id: deliveries are told apart by content and topic (`X-WC-Webhook-Topic`), which is unsigned.
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
.content_labels(&["x-wc-webhook-topic"])
.answers_within_millis(60_000)
.succeeds_with(Success::Any2xx)
.documented_at("https://woocommerce.com/document/webhooks/");
