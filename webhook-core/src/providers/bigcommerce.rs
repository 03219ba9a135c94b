use crate::provider::{Parameter, Provider, Success};
use crate::providers::standard_webhooks::standard;
use crate::secret::KeyFormat;

/// BigCommerce.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), but the key is the text of the app's client secret, never decoded. Webhooks made before
/// signatures came carry only headers of your own, and are refused.
///
/// * The id is `webhook-id`, the type `/scope`.
/// * Only 200 is success; retries for 48 hours, then the webhook is deactivated.
///
/// Source: <https://docs.bigcommerce.com/docs/integrations/webhooks/https-webhook-overview>.
pub const BIGCOMMERCE: Provider = standard("bigcommerce")
    .with_key_format(KeyFormat::Utf8)
    .type_at(&["/scope"])
    .retries_for_secs(48 * 3600)
    .succeeds_with(Success::Only200)
    .configured_by(&[
        Parameter::secret("client_secret"),
        Parameter::identifier("client_id"),
    ])
    .documented_at(
        "https://docs.bigcommerce.com/docs/integrations/webhooks/https-webhook-overview",
    );
