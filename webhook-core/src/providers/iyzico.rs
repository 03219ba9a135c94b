use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme, Success};
use crate::verify::custom::fields;
use crate::verify::custom::fields::Fields;

/// iyzico.
///
/// `X-IYZ-SIGNATURE-V3`: hexadecimal, HMAC-SHA-256 over the secret key and a few values of the body: `iyziEventType`, `paymentId`,
/// `paymentConversationId`, `status`; with a `token`, `iyziPaymentId` and the token instead of `paymentId`; for subscriptions, `merchantId` in front and the three
/// references. The key is the secret key.
///
/// * **Nothing else of the body is signed**, and nothing stands between the values: fetch the payment before you act on it.
/// * The order of the values is not on iyzico's page; about eight public implementations agree on it.
/// * The id `/iyziReferenceCode` is not signed. Deliveries are told apart by the signed values.
/// * Version 3 has to be switched on by iyzico's support. Three retries, every 15 minutes.
/// * Any 2xx is success.
///
/// Source: <https://docs.iyzico.com/en/advanced/webhook>.
pub const IYZICO: Provider = Provider::new(
    "iyzico",
    &[Scheme::with_code(
        &Fields {
            tag: "x-iyz-signature-v3",
            encoding: Encoding::Hex,
            algorithm: Algorithm::HmacSha256,
            write: fields::IYZICO,
        },
        Coverage {
            values: true,
            ..Coverage::NONE
        },
        "a few values of the body (HMAC-SHA-256)",
    )
    .in_header("x-iyz-signature-v3")
    .reads_body()],
)
.id_at(&["/iyziReferenceCode"])
.type_at(&["/iyziEventType"])
.retries_for_secs(3600)
.succeeds_with(Success::Any2xx)
.identified_by(
    Identity::Content,
    "the signed values name the payment and what happened to it",
)
.configured_by(&[
    Parameter::secret("secret_key"),
    Parameter::identifier("api_key"),
    Parameter::identifier("merchant_id"),
])
.documented_at("https://docs.iyzico.com/en/advanced/webhook");
