use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;

/// Smartpay (Japan) webhooks.
///
/// `Smartpay-Signature` is a hex HMAC-SHA-256 over the timestamp in `Smartpay-Signature-Timestamp`,
/// a dot and the body. The timestamp has thirteen digits (milliseconds), as in Smartpay's tests, or
/// ten (seconds), as in its guide. The secret is the signing secret, decoded from base62 with the
/// alphabet `A–Z a–z 0–9`; leading zeros are kept.
///
/// * Smartpay documents no tolerance. The default is 300 s in both directions.
/// * The event id is `/id`; `Smartpay-Event-Id` repeats it, unsigned. `/test` marks test events.
/// * Only 200 is success.
///
/// Source: @smartpay/sdk-node 0.9.1.
pub const SMARTPAY: Provider = Provider::new(
    "smartpay",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("smartpay-signature")
    .time_in_header("smartpay-signature-timestamp", TimeUnit::SecondsOrMillis)],
)
.with_key_format(KeyFormat::Base62)
.id_at(&["/id"])
.type_at(&["/eventData/type"])
.mode_at("/test", false)
.succeeds_with(Success::Only200)
.configured_by(&[
    Parameter::secret("signing_secret"),
    Parameter::identifier("public_key"),
])
.documented_at("https://en.docs.smartpay.co/docs/webhooks");
