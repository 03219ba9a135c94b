use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;
use crate::secret::KeyFormat;

/// Whop webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), but the secret is the text (`ws_…`), undecoded.
/// Whop's examples encode the text before they pass it to the library, which decodes it again.
///
/// Source: <https://docs.whop.com/developer/guides/webhooks>.
pub const WHOP: Provider = standard("whop")
    .with_key_format(KeyFormat::Utf8)
    .documented_at("https://docs.whop.com/developer/guides/webhooks");
