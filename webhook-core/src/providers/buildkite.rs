use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Buildkite webhooks with an HMAC signature.
///
/// `X-Buildkite-Signature: timestamp=<seconds>,signature=<hex>` is an HMAC-SHA-256 over the
/// timestamp, a dot and the body. The secret is the token of the notification service.
///
/// * Choose "Send an HMAC signature" in Buildkite. A service that sends the token itself needs
///   [`BUILDKITE_TOKEN`]. These are two providers, so that no sender can choose the weaker one.
/// * Buildkite documents no tolerance. The default is 300 s in both directions.
/// * A delivery has no id, so the replay key comes from the body. The event type is `/event`.
///
/// Source: <https://buildkite.com/docs/apis/webhooks/pipelines> (read on 2026-11-29).
pub const BUILDKITE: Provider = common(Provider::new(
    "buildkite",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("x-buildkite-signature")
    .pairs(b',', "signature")
    .time_in_pair("timestamp", TimeUnit::Seconds)],
));

/// Buildkite webhooks with the token in clear text; see [`BUILDKITE`].
///
/// `X-Buildkite-Token` is the token of the notification service. **Nothing is signed**: the token
/// only identifies the sender.
///
/// Source: <https://buildkite.com/docs/apis/webhooks/pipelines> (read on 2026-11-29).
pub const BUILDKITE_TOKEN: Provider = common(Provider::new(
    "buildkite-token",
    &[Scheme::token().in_header("x-buildkite-token")],
));

const fn common(provider: Provider) -> Provider {
    provider
        .type_at(&["/event"])
        .configured_by(const { &[Parameter::secret("token")] })
        .documented_at("https://buildkite.com/docs/apis/webhooks/pipelines")
}
