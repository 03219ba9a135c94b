use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;
use crate::secret::KeyFormat;

/// Brex webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS). The secret is the one of `/v1/webhooks/secrets`,
/// decoded from base64, without a prefix. During a rotation there are two secrets, and both sign.
///
/// * The event type is `/event_type`.
/// * One third-party example decodes the secret, and the Standard Webhooks format suggests it. Brex
///   itself does not state it.
///
/// Source: <https://developer.brex.com/docs/webhooks/>.
pub const BREX: Provider = standard("brex")
    .with_key_format(KeyFormat::Base64)
    .type_at(&["/event_type"])
    .documented_at("https://developer.brex.com/docs/webhooks/");
