use crate::error::RejectionKind;
use crate::provider::{Provider, Scheme, Success};
use crate::providers::standard_webhooks::v1;
use crate::secret::KeyFormat;

/// Polar webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS). Paste the secret as Polar shows it, with its
/// prefix. A secret that was made since 2026-09-08 is base64 after `whsec_`, as the specification
/// says. Before that date, the key is the whole text (`polar_whs_…`, and later `whsec_…`), with its
/// prefix and undecoded. Nothing in the text of a `whsec_` secret tells its age, so both keys are
/// tried.
///
/// * The event id is `webhook-id`, which names the event. Polar waits 10 s for an answer and
///   retries ten times. Ten failed deliveries in a row disable the endpoint.
/// * Any 2xx is success.
///
/// Source: <https://docs.polar.sh/integrate/webhooks/delivery>, @polar-sh/sdk 0.49.0 and
/// polarsource/polar, the sender's code; <https://github.com/polarsource/polar/pull/14117> has the
/// date (read on 2026-11-29).
pub const POLAR: Provider = Provider::new("polar", &[V1, V1.keyed_by(KeyFormat::Utf8)])
    .with_key_format(KeyFormat::WhsecOrText)
    .type_at(&["/type"])
    .answers_within_millis(10_000)
    .succeeds_with(Success::Any2xx)
    .hints(&[(
        RejectionKind::BadSignature,
        "paste the secret with its prefix",
    )])
    .documented_at("https://docs.polar.sh/integrate/webhooks/delivery");

const V1: Scheme = v1("webhook-id", "webhook-timestamp", "webhook-signature");
