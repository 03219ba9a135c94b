use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Airwallex webhooks.
///
/// `x-signature` is a hex HMAC-SHA-256. The signed message is the timestamp in `x-timestamp`
/// (milliseconds), directly followed by the body. A table on Airwallex's page omits the timestamp;
/// its text and examples include it.
///
/// * Airwallex documents no tolerance. The default is 300 s in both directions.
/// * The event id is `/id`, which stays the same over retries. The event type is `/name`.
/// * Only 200 is success. Airwallex retries for three days.
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
