use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::secret::KeyFormat;

/// Airtable.
///
/// `X-Airtable-Content-MAC: hmac-sha256=<hex>`, HMAC-SHA-256 over the body. The key is `macSecretBase64`, decoded.
///
/// * A delivery is only a hint that a base has changed: fetch the payloads. It has no id or type, and its `/timestamp` makes each another
///   content.
/// * Read in pyairtable, which quotes Airtable's page; the page itself was not read.
///
/// Source: <https://airtable.com/developers/web/api/webhooks-overview>.
pub const AIRTABLE: Provider = Provider::new(
    "airtable",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-airtable-content-mac")
        .prefix("hmac-sha256=")],
)
.with_key_format(KeyFormat::Base64)
.configured_by(&[Parameter::secret("mac_secret_base64")])
.documented_at("https://airtable.com/developers/web/api/webhooks-overview");
