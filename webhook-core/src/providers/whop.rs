use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;
use crate::secret::KeyFormat;

/// Whop.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), but the key is the text of the secret (`ws_…`), never decoded: Whop's examples encode it
/// before they hand it to the library, which decodes it again.
///
/// Source: <https://docs.whop.com/developer/guides/webhooks>.
pub const WHOP: Provider = standard("whop")
    .with_key_format(KeyFormat::Utf8)
    .documented_at("https://docs.whop.com/developer/guides/webhooks");
