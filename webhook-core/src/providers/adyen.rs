use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme, Success};
use crate::secret::KeyFormat;
use crate::verify::custom::adyen::Adyen;

/// Adyen payment webhooks.
///
/// The item carries a base64 HMAC-SHA-256 tag in `additionalData.hmacSignature`. The signed message
/// is `pspReference`, `originalReference`, `merchantAccountCode`, `merchantReference`, amount,
/// currency, `eventCode` and `success`, joined by colons. Values are not escaped, and an absent
/// value is empty. The secret is the HMAC key, in hex.
///
/// * **The signature covers nothing else in the body**: not `additionalData`, `reason`, `eventDate`
///   or `live`. Fetch whatever decides about money from Adyen's API.
/// * Values are not escaped, so a colon inside a value can look like a separator.
/// * **A delivery has one item**, as Adyen's page says for JSON. A delivery with more items is
///   refused. Each item is signed separately, so an attacker who captured several could replay and
///   combine them.
/// * There is no id and no signed timestamp. The replay key comes from the signed values of the
///   item. It is kept for 60 days, because Adyen retries for up to 30. The event type is that of
///   the item.
/// * After a new key is generated, the old one still signs for a while; configure both. Adyen often
///   sends HTTP Basic credentials as well; they are ignored.
/// * Any 2xx is success. Adyen waits 10 s for an answer.
///
/// Source:
/// <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures>
/// and the tests of Adyen's libraries.
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
    "the signed values name the payment, the event and whether it succeeded",
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
.answers_within_millis(10_000)
.succeeds_with(Success::Any2xx);
