use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;
use crate::secret::KeyFormat;

/// Polar.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), but the key is the text of the whole secret (`polar_whs_…`), never stripped and never
/// decoded: Polar's SDK encodes it before it hands it to the library.
///
/// * The id is `webhook-id`, that of the event. 10 s to answer, ten retries.
///
/// Source: <https://docs.polar.sh/integrate/webhooks/delivery>, @polar-sh/sdk 0.49.0 and polarsource/polar, the sender.
pub const POLAR: Provider = standard("polar")
    .with_key_format(KeyFormat::Utf8)
    .answers_within_millis(10_000)
    .documented_at("https://docs.polar.sh/integrate/webhooks/delivery");
