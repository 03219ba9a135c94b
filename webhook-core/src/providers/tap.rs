use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::fields;
use crate::verify::custom::fields::Fields;

/// Tap charge webhooks.
///
/// `hashstring` is a hex HMAC-SHA-256. The signed message is `x_id`, `x_amount`, `x_currency`,
/// `x_gateway_reference`, `x_payment_reference`, `x_status` and `x_created`, each name followed by
/// its value. The amount has the decimals of its currency: three for KWD, BHD, OMR and JOD. The
/// secret is the secret API key.
///
/// * **The signature covers nothing else in the body.** Invoices sign other values and are refused.
/// * Several third-party implementations agree on the exact text.
/// * The replay key comes from the signed values, which differ for each status of an object. The
///   event type is `/status`.
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
    "the signed values name the charge, its status and its creation time",
)
.type_at(&["/status"])
.configured_by(&[
    Parameter::secret("secret_key"),
    Parameter::secret("api_key"),
    Parameter::identifier("publishable_key"),
    Parameter::identifier("merchant_id"),
])
.documented_at("https://developers.tap.company/docs/webhook");
