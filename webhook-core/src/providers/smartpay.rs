use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;

/// Smartpay (Japan).
///
/// `Smartpay-Signature`: hexadecimal, HMAC-SHA-256 over the time of `Smartpay-Signature-Timestamp`,
/// a dot and the body. The time is in milliseconds, as in Smartpay's tests, or in seconds, as in
/// its guide: thirteen digits or ten. The key is the signing secret decoded from base62 with the
/// alphabet `A–Z a–z 0–9`, leading zeros kept.
///
/// * No tolerance is documented; 300 s to both sides here.
/// * The id is `/id`; `Smartpay-Event-Id` says the same, unsigned. `/test` marks test events.
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
