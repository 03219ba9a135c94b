use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{
    Challenge, Handshake, Identity, Parameter, Part, Provider, Reply, Scheme, Success,
};

/// WooCommerce webhooks.
///
/// `X-WC-Webhook-Signature` is a base64 HMAC-SHA-256 over the body. The secret is the text as
/// typed; the database and the REST API show it with HTML entities. A shop may have changed the
/// hash with a filter.
///
/// * The signature covers no timestamp. The topic (`X-WC-Webhook-Topic`) and the id are unsigned
///   headers. `X-WC-Webhook-Delivery-ID` is the same for two events within one second, and the body
///   of a deletion is only the id of the object. So the replay key comes from the body, the topic
///   and the id, with at most 64 combinations for one body.
/// * At creation, WooCommerce sends an unsigned form `webhook_id=…` and wants exactly 200. It is
///   answered, changes nothing and reaches no handler. A form with another field is refused.
/// * WooCommerce does not retry and waits 60 s for an answer. The seventh failure in a row disables
///   the webhook.
/// * Any 2xx is success, and so are 300, 301 and 302.
///
/// Source: <https://woocommerce.com/document/webhooks/> and `class-wc-webhook.php`, the sender's
/// code.
pub const WOOCOMMERCE: Provider = Provider::new(
    "woocommerce",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-wc-webhook-signature")
        .encoding(Encoding::Base64)],
)
.type_in_headers(&["x-wc-webhook-topic"])
.identified_by(
    Identity::labels(&["x-wc-webhook-topic", "x-wc-webhook-delivery-id"], 64),
    "a body may be only `{\"id\":123}`: an order that is deleted, restored and deleted again",
)
.answers(Handshake::new(
    Challenge::UnsignedForm("webhook_id"),
    Reply::Status(200),
))
.answers_within_millis(60_000)
.succeeds_with(Success::Any2xx)
.configured_by(&[Parameter::identifier("consumer_key")])
.documented_at("https://woocommerce.com/document/webhooks/");
