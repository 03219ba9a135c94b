use crate::provider::{Parameter, Provider, Success};
use crate::providers::standard_webhooks::standard;
use crate::secret::KeyFormat;

/// BigCommerce webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), but the secret is the text of the app's client
/// secret, undecoded. Webhooks that are older than BigCommerce's signatures carry only headers that
/// you configured, and are refused.
///
/// * The event id is `webhook-id`, and the event type is `/scope`.
/// * Only 200 is success. BigCommerce retries for 48 hours, then deactivates the webhook.
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
