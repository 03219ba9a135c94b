use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;

/// Close CRM webhooks.
///
/// `close-sig-hash` is a hex HMAC-SHA-256 over the timestamp in `close-sig-timestamp` (seconds),
/// directly followed by the body. The secret is the `signature_key` of the subscription, in hex,
/// which is decoded.
///
/// * The default tolerance is 300 s in both directions.
/// * The event id is `/event/id`, and the event type is `/event/action`; `/event/object_type` says
///   what it is about.
/// * Independent descriptions and implementations agree on this scheme. Close's own page was not
///   read for it.
///
/// Source: <https://developer.close.com/topics/webhooks/>.
pub const CLOSE: Provider = Provider::new(
    "close",
    &[
        Scheme::hmac(Algorithm::HmacSha256, &[Part::Time, Part::Body])
            .in_header("close-sig-hash")
            .time_in_header("close-sig-timestamp", TimeUnit::Seconds),
    ],
)
.with_key_format(KeyFormat::Hex)
.id_at(&["/event/id"])
.type_at(&["/event/action"])
.configured_by(&[
    Parameter::secret("signature_key"),
    Parameter::identifier("subscription_id"),
])
.documented_at("https://developer.close.com/topics/webhooks/");
