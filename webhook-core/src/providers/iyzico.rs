use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme, Success};
use crate::verify::custom::fields;
use crate::verify::custom::fields::Fields;

/// iyzico webhooks.
///
/// `X-IYZ-SIGNATURE-V3` is a hex HMAC-SHA-256. The signed message is the secret key and a few
/// values of the body: `iyziEventType`, `paymentId`, `paymentConversationId` and `status`. In a
/// body with a `token`, `iyziPaymentId` and the token replace `paymentId`. For subscriptions, the
/// signed message is `merchantId`, the secret key, `iyziEventType` and the three references. The
/// secret is the secret key.
///
/// * **The signature covers nothing else in the body**, and no separator divides the values. Fetch
///   the payment before you act on it.
/// * iyzico's page does not give the order of the values. About eight public implementations agree
///   on it.
/// * The signature does not cover the id `/iyziReferenceCode`. The replay key comes from the signed
///   values.
/// * iyzico's support must enable version 3. iyzico retries three times, every 15 minutes.
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
    "the signed values name the payment and the event",
)
.configured_by(&[
    Parameter::secret("secret_key"),
    Parameter::identifier("api_key"),
    Parameter::identifier("merchant_id"),
])
.documented_at("https://docs.iyzico.com/en/advanced/webhook");
