use crate::provider::{Coverage, Parameter, Provider, Scheme};
use crate::time::TimeUnit;
use crate::verify::custom::query_and_body::QueryAndBody;

/// Bird webhooks.
///
/// `MessageBird-Signature` is a base64 HMAC-SHA-256. The signed message is the timestamp in
/// `MessageBird-Request-Timestamp`, the URL and the SHA-256 of the body (32 bytes), joined by line
/// feeds. The secret is the signing key of the webhook subscription.
///
/// * The header has the name of [`MESSAGEBIRD_LEGACY`](super::MESSAGEBIRD_LEGACY), but another
///   message is signed.
/// * Bird documents no tolerance. The default is 300 s in both directions.
/// * A delivery has no id, so the replay key comes from the URL and the body. The event type is
///   `/event`.
///
/// Source:
/// <https://docs.bird.com/api/notifications-api/api-reference/webhooks/verifying-a-webhook> (read
/// on 2026-11-29).
pub const BIRD: Provider = Provider::new("bird", SCHEME)
    .type_at(&["/event"])
    .configured_by(&[Parameter::secret("signing_key")])
    .documented_at(
        "https://docs.bird.com/api/notifications-api/api-reference/webhooks/verifying-a-webhook",
    );

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &QueryAndBody::Url,
    Coverage {
        body: true,
        time: true,
        url: true,
        ..Coverage::NONE
    },
    "timestamp, URL, hash of the body (HMAC-SHA-256)",
)
.in_header("messagebird-signature")
.timed(TimeUnit::Seconds)
.time_is("`messagebird-request-timestamp`")];
