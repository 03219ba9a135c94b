use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::fields;
use crate::verify::custom::fields::Fields;

/// NOWPayments notifications.
///
/// `x-nowpayments-sig` is a hex HMAC-SHA-512. The signed message is the body's JSON, serialised
/// again with sorted names in every object and without white space. The secret is the IPN secret.
///
/// * The signature covers all values but not their spelling, so it does not cover every byte of the
///   body. A body with a repeated name is refused.
/// * Numbers are signed as received. NOWPayments does not document how it writes a number such as
///   `1.0`, or non-ASCII text. Where its spelling differs, a genuine delivery is refused.
/// * Several third-party implementations agree on the order of names and the lack of white space.
///   The page only shows code.
/// * `/payment_id` names a payment, which has several events. So the replay key comes from the
///   signed message. The event type is `/payment_status`.
///
/// Source: <https://documenter.getpostman.com/view/7907941/2s93JusNJt>.
pub const NOWPAYMENTS: Provider = Provider::new(
    "nowpayments",
    &[Scheme::with_code(
        &Fields {
            tag: "x-nowpayments-sig",
            encoding: Encoding::Hex,
            algorithm: Algorithm::HmacSha512,
            write: fields::NOWPAYMENTS,
        },
        Coverage {
            values: true,
            ..Coverage::NONE
        },
        "the JSON of the body with sorted names (HMAC-SHA-512)",
    )
    .in_header("x-nowpayments-sig")
    .reads_body()
    .signing(&["/payment_id", "/payment_status"])],
)
.id_at(&["/payment_id"])
.identified_by(
    Identity::Content,
    "`/payment_id` names the payment, which has several states",
)
.type_at(&["/payment_status"])
.configured_by(&[
    Parameter::secret("ipn_secret"),
    Parameter::secret("ipn_secret_key"),
    Parameter::identifier("public_key"),
])
.documented_at("https://documenter.getpostman.com/view/7907941/2s93JusNJt");
