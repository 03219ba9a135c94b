use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Cashfree payment gateway webhooks.
///
/// `x-webhook-signature` is a base64 HMAC-SHA-256. The signed message is the timestamp in
/// `x-webhook-timestamp` (milliseconds), directly followed by the body. The dot in Cashfree's
/// pseudo-code is PHP's operator, not a separator. The secret is the client secret.
///
/// * Products that put a `signature` into the body use another scheme.
/// * Cashfree documents no tolerance. The default is 300 s in both directions.
/// * Events have no signed id, so the replay key comes from the body. `x-idempotency-key` is an
///   unsigned label. The event type is `/type`.
///
/// Source: <https://www.cashfree.com/docs/payments/online/webhooks/signature-verification> and
/// cashfree-pg 6.0.6.
pub const CASHFREE: Provider = Provider::new(
    "cashfree",
    &[
        Scheme::hmac(Algorithm::HmacSha256, &[Part::Time, Part::Body])
            .in_header("x-webhook-signature")
            .encoding(Encoding::Base64)
            .time_in_header("x-webhook-timestamp", TimeUnit::Millis),
    ],
)
.id_in_headers(&["x-idempotency-key"])
.identified_by(
    Identity::Content,
    "the body carries the ids and the time of the event; the header with an id is not signed",
)
.type_at(&["/type"])
.configured_by(&[
    Parameter::secret("client_secret"),
    Parameter::secret("secret_key"),
    Parameter::identifier("client_id"),
    Parameter::identifier("app_id"),
])
.documented_at("https://www.cashfree.com/docs/payments/online/webhooks/signature-verification");
