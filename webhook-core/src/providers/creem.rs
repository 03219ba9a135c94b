use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::providers::standard_webhooks::standard;

/// Creem webhooks, as Creem documents them.
///
/// `creem-signature` is a hex HMAC-SHA-256 over the body, with or without the prefix `sha256=`.
/// Paste the webhook secret of the dashboard; it is used as text. Creem's SDK also knows another
/// form: see [`CREEM_STANDARD`].
///
/// * The signature covers no timestamp. The event id is `/id`, and the event type is `/eventType`.
/// * Only 200 is success. Creem retries after 30 s, 1 min, 5 min and 1 h.
///
/// Source: <https://docs.creem.io/code/webhooks> and creem 1.13.0 (`webhooks.ts`).
pub const CREEM: Provider = common(Provider::new("creem", &[BODY, BODY.prefix("sha256=")]))
    .with_aliases(&["creem-legacy"])
    .id_at(&["/id"]);

/// Creem webhooks in the Standard Webhooks format; see [`CREEM`].
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), which Creem's SDK prefers and Creem's page does
/// not mention. The event id is `webhook-id`; `/id` in the body also names the event.
pub const CREEM_STANDARD: Provider = common(standard("creem-standard"));

const BODY: Scheme =
    Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("creem-signature");

const fn common(provider: Provider) -> Provider {
    provider
        .type_at(&["/eventType"])
        .retries_for_secs(30 + 60 + 300 + 3600)
        .succeeds_with(Success::Only200)
        .configured_by(const { &[Parameter::secret("webhook_secret")] })
        .documented_at("https://docs.creem.io/code/webhooks")
}
