use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme, Success};
use crate::secret::KeyFormat;
use crate::verify::custom::adyen::Adyen;

/// Adyen, payments.
///
/// The item has `additionalData.hmacSignature`: base64, HMAC-SHA-256 over `pspReference`,
/// `originalReference`, `merchantAccountCode`, `merchantReference`, amount, currency, `eventCode`
/// and `success` with colons between, nothing escaped, what is absent empty. The key is the HMAC
/// key, in hexadecimal.
///
/// * **Nothing else of the body is signed**: not `additionalData`, `reason`, `eventDate` or `live`. What decides about money is to be fetched from
///   Adyen's API.
/// * The values are not escaped, so a colon in one could be the border between two.
/// * **A delivery has one item**, as Adyen's page says of JSON; more are refused. Each would be
///   signed for itself, so that whoever has captured some could repeat them and put them together.
/// * There is no id and no signed time. Deliveries are told apart by the signed values of the item,
///   and remembered for 60 days, since Adyen retries for up to 30. The type is that of the item.
/// * After a new key is made, the old one signs for a while; give both. Often there is HTTP Basic besides, which is not looked at.
/// * 200 and 202 are success.
///
/// Source: <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures> and the tests of Adyen's libraries.
pub const ADYEN: Provider = Provider::new(
    "adyen",
    &[Scheme::with_code(
        &Adyen,
        Coverage {
            values: true,
            ..Coverage::NONE
        },
        "eight values of the item (HMAC-SHA-256)",
    )
    .in_body("/notificationItems/0/NotificationRequestItem/additionalData/hmacSignature")
    .signing(&["/notificationItems/0/NotificationRequestItem/eventCode"])],
)
.with_key_format(KeyFormat::Hex)
.type_at(&["/notificationItems/0/NotificationRequestItem/eventCode"])
.with_aliases(&["adyen-payments"])
.identified_by(
    Identity::Content,
    "the signed values name the payment, what happened to it and whether it succeeded",
)
.retries_for_secs(30 * 86_400)
.configured_by(&[
    Parameter::secret("hmac_key"),
    Parameter::identifier("client_key"),
    Parameter::identifier("merchant_account"),
])
.documented_at(
    "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
)
.succeeds_with(Success::OneOf(&[200, 202]));
