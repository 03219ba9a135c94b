use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::providers::standard_webhooks::standard;

/// Creem webhooks in the Standard Webhooks format.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), which Creem's SDK prefers. Use [`CREEM_LEGACY`]
/// for stores that only send `creem-signature`.
///
/// * The event id is `webhook-id`; `/id` in the body also names the event. The event type is
///   `/eventType`.
///
/// Source: <https://docs.creem.io/code/webhooks> and creem 1.13.0 (`webhooks.ts`).
pub const CREEM: Provider = common(standard("creem"));

/// Creem webhooks in the older format; see [`CREEM`].
///
/// `creem-signature` is a hex HMAC-SHA-256 over the body, with or without the prefix `sha256=`. The
/// secret is used as text. The signature covers no timestamp, and the event id is `/id`.
pub const CREEM_LEGACY: Provider = common(Provider::new(
    "creem-legacy",
    &[BODY, BODY.prefix("sha256=")],
))
.id_at(&["/id"]);

const BODY: Scheme =
    Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("creem-signature");

const fn common(provider: Provider) -> Provider {
    provider
        .type_at(&["/eventType"])
        .configured_by(const { &[Parameter::secret("webhook_secret")] })
        .documented_at("https://docs.creem.io/code/webhooks")
}
