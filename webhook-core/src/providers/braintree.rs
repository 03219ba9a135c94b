use crate::provider::{
    Challenge, Coverage, Handshake, Parameter, Provider, Reply, Scheme, Success,
};
use crate::verify::custom::braintree::{Braintree, PUBLIC_KEY};

/// Braintree webhooks.
///
/// A delivery is a form with `bt_payload` and `bt_signature`. `bt_signature` holds
/// `<public key>|<tag>` for each key pair. The tag is a hex HMAC-SHA-1 over the payload, either as
/// sent or followed by a line feed. The HMAC key is the SHA-1 of the private key. The secret is the
/// private key, and the setting `public_key` is the public key.
///
/// * The payload is base64 of XML, which contains the kind and the time. The signature covers all
///   of the payload and nothing else in the form. [`Delivery::payload`](crate::Delivery::payload)
///   returns the XML.
/// * The event type is `kind` of the XML.
/// * There is no id, and the time is not checked. The replay key comes from the payload.
/// * The challenge is a `GET` with `bt_challenge`, which is 20 to 32 hex digits. The answer is the
///   public key and the tag of those digits, made with the first secret. A payload of this form is
///   refused, because anyone can have it signed.
/// * Braintree waits 30 s for an answer. It retries every hour, in production for 24 hours.
/// * Any 2xx is success.
///
/// Source: <https://developer.paypal.com/braintree/docs/guides/webhooks/parse> and Braintree's
/// Python and Node libraries.
pub const BRAINTREE: Provider = Provider::new(
    "braintree",
    &[Scheme::with_code(
        &Braintree,
        Coverage {
            values: true,
            ..Coverage::NONE
        },
        "`bt_payload` of the form (HMAC-SHA-1)",
    )
    .in_form("bt_signature")
    .signing(&["/kind"])],
)
.type_in_xml("kind")
.answers(Handshake::new(
    Challenge::Query("GET", "bt_challenge"),
    Reply::Code,
))
.answers_within_millis(30_000)
.retries_for_secs(24 * 3600)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("private_key"),
    Parameter::secret("key"),
    Parameter::identifier(PUBLIC_KEY).required(),
    Parameter::identifier("merchant_id"),
])
.documented_at("https://developer.paypal.com/braintree/docs/guides/webhooks/parse");
