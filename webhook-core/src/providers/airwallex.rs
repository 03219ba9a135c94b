use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Airwallex.
///
/// `x-signature`: hexadecimal, HMAC-SHA-256 over the time of `x-timestamp` in milliseconds and the body, with nothing between. A table of
/// Airwallex's page leaves out the time; its text and examples have it.
///
/// * No tolerance is documented; 300 s to both sides here.
/// * The id is `/id`, which stays the same over retries, the type `/name`.
/// * Only 200 is success; retries for three days.
///
/// Source: <https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events>.
pub const AIRWALLEX: Provider = Provider::new(
    "airwallex",
    &[
        Scheme::hmac(Algorithm::HmacSha256, &[Part::Time, Part::Body])
            .in_header("x-signature")
            .time_in_header("x-timestamp", TimeUnit::Millis),
    ],
)
.id_at(&["/id"])
.type_at(&["/name"])
.retries_for_secs(3 * 24 * 3600)
.succeeds_with(Success::Only200)
.configured_by(&[
    Parameter::secret("webhook_secret"),
    Parameter::identifier("client_id"),
])
.documented_at("https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events");
