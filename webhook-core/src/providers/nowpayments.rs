use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::fields;
use crate::verify::custom::fields::Fields;

/// NOWPayments.
///
/// `x-nowpayments-sig`: hexadecimal, HMAC-SHA-512 over the body's JSON written anew, names sorted in every object and without white space. The key is the IPN
/// secret.
///
/// * All values are signed, but not how they are spelled, so not every byte of the body is covered. A name that is there twice is refused.
/// * Numbers are signed as they came. How NOWPayments writes a number like `1.0`, or what is not ASCII, is said nowhere; where it differs, a genuine
///   delivery is refused.
/// * The order of names and the lack of white space are from several implementations of others, which agree; the page shows code alone.
/// * `/payment_id` is that of a payment, which has several events. Deliveries are told apart by what is signed. The type is `/payment_status`.
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
        "the JSON of the body, names sorted (HMAC-SHA-512)",
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
