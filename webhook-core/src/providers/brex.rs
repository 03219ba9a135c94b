use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;
use crate::secret::KeyFormat;

/// Brex.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS); the key is the secret of `/v1/webhooks/secrets`, decoded from base64, without a prefix. While
/// it is rotated there are two, and both sign.
///
/// * The type is `/event_type`.
/// * That the secret is decoded is what one example of others says, and the Standard Webhooks form suggests; it is not Brex's own
///   word.
///
/// Source: <https://developer.brex.com/docs/webhooks/>.
pub const BREX: Provider = standard("brex")
    .with_key_format(KeyFormat::Base64)
    .type_at(&["/event_type"])
    .documented_at("https://developer.brex.com/docs/webhooks/");
