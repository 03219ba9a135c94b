use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::fields;
use crate::verify::custom::fields::Fields;

/// Tap, charges.
///
/// `hashstring`: hexadecimal, HMAC-SHA-256 over `x_id`, `x_amount`, `x_currency`, `x_gateway_reference`, `x_payment_reference`, `x_status` and `x_created`, each name
/// followed by its value. The amount is written with the decimals of its currency, three for KWD, BHD, OMR and JOD. The key is the secret API
/// key.
///
/// * **Nothing else of the body is signed.** Invoices sign other values and are refused.
/// * The exact text is from several implementations of others, which agree.
/// * Deliveries are told apart by the signed values: an object has one for each status. The type is `/status`.
///
/// Source: <https://developers.tap.company/docs/webhook>.
pub const TAP: Provider = Provider::new(
    "tap",
    &[Scheme::with_code(
        &Fields {
            tag: "hashstring",
            encoding: Encoding::Hex,
            algorithm: Algorithm::HmacSha256,
            write: fields::TAP,
        },
        Coverage {
            values: true,
            ..Coverage::NONE
        },
        "seven values of the body (HMAC-SHA-256)",
    )
    .in_header("hashstring")
    .reads_body()
    .signing(&["/id", "/status"])],
)
.id_at(&["/id"])
.identified_by(
    Identity::Content,
    "the signed values name the charge, its status and the time of its creation",
)
.type_at(&["/status"])
.configured_by(&[
    Parameter::secret("secret_key"),
    Parameter::secret("api_key"),
    Parameter::identifier("publishable_key"),
    Parameter::identifier("merchant_id"),
])
.documented_at("https://developers.tap.company/docs/webhook");
