use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::providers::standard_webhooks::standard;

/// Creem, in the form of Standard Webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), which Creem's SDK prefers. Stores that send `creem-signature` alone take
/// [`CREEM_LEGACY`].
///
/// * The id is `webhook-id`; the body's `/id` names the event too. The type is `/eventType`.
///
/// Source: <https://docs.creem.io/code/webhooks> and creem 1.13.0 (`webhooks.ts`).
pub const CREEM: Provider = common(standard("creem"));

/// Creem's older form: `creem-signature`, hexadecimal with or without `sha256=` in front, HMAC-SHA-256 over the body. The key is the
/// text of the secret; no time is signed, and the id is `/id`. See [`CREEM`].
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
