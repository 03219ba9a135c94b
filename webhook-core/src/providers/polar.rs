use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;
use crate::secret::KeyFormat;

/// Polar webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), but the secret is the whole text (`polar_whs_…`),
/// with its prefix and undecoded. Polar's SDK encodes the text before it passes it to the library.
///
/// * The event id is `webhook-id`, which names the event. Polar waits 10 s for an answer and
///   retries ten times.
///
/// Source: <https://docs.polar.sh/integrate/webhooks/delivery>, @polar-sh/sdk 0.49.0 and
/// polarsource/polar, the sender's code.
pub const POLAR: Provider = standard("polar")
    .with_key_format(KeyFormat::Utf8)
    .answers_within_millis(10_000)
    .documented_at("https://docs.polar.sh/integrate/webhooks/delivery");
