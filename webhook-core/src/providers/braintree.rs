use crate::provider::{
    Challenge, Coverage, Handshake, Parameter, Provider, Reply, Scheme, Success,
};
use crate::verify::custom::braintree::{Braintree, PUBLIC_KEY};

/// Braintree.
///
/// A form: `bt_payload`, and `bt_signature` with `<public key>|<tag>` for each pair of keys. The tag is hexadecimal, HMAC-SHA-1 over the payload as
/// sent or with a line feed behind, keyed with the SHA-1 of the private key. The secret is the private key, the setting `public_key` the
/// public one.
///
/// * The payload is base64 of XML, which has kind and time in it; all of it is signed, the rest of the form is not. The XML is what
///   [`Delivery::payload`](crate::Delivery::payload) has.
/// * The type is `kind` of the XML.
/// * There is no id, and the time is not checked. Deliveries are told apart by their payload.
/// * The challenge, a `GET` with `bt_challenge`, is answered with the public key and the tag of its
///   20 to 32 hexadecimal digits, by the first secret. A payload of this form is refused, since
///   anybody can have it signed.
/// * 30 s to answer; retries every hour, for 24 hours in production.
/// * Any 2xx is success.
///
/// Source: <https://developer.paypal.com/braintree/docs/guides/webhooks/parse> and Braintree's Python and Node libraries.
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
    .in_form("bt_signature", "/tag")
    .signing(&["/kind"])],
)
.type_in_xml("kind")
.answers(Handshake::new(
    Challenge::Query("GET", "bt_challenge"),
    Reply::Proof,
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
