use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Cashfree, payment gateway.
///
/// `x-webhook-signature`: base64, HMAC-SHA-256 over the time of `x-webhook-timestamp` in milliseconds and the body, with nothing between: the
/// dot in Cashfree's pseudo-code is PHP's. The key is the client secret.
///
/// * Products that put a `signature` into the body are not this.
/// * No tolerance is documented; 300 s to both sides here.
/// * Events have no id and are told apart by their content. The type is `/type`.
///
/// Source: <https://www.cashfree.com/docs/payments/online/webhooks/signature-verification> and cashfree-pg 6.0.6.
pub const CASHFREE: Provider = Provider::new(
    "cashfree",
    &[
        Scheme::hmac(Algorithm::HmacSha256, &[Part::Time, Part::Body])
            .in_header("x-webhook-signature")
            .encoding(Encoding::Base64)
            .time_in_header("x-webhook-timestamp", TimeUnit::Millis),
    ],
)
.type_at(&["/type"])
.configured_by(&[
    Parameter::secret("client_secret"),
    Parameter::secret("secret_key"),
    Parameter::identifier("client_id"),
    Parameter::identifier("app_id"),
])
.documented_at("https://www.cashfree.com/docs/payments/online/webhooks/signature-verification");
