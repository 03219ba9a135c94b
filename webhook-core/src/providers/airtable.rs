use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::secret::KeyFormat;

/// Airtable webhooks.
///
/// `X-Airtable-Content-MAC: hmac-sha256=<hex>` is an HMAC-SHA-256 over the body. The secret is
/// `macSecretBase64`, decoded from base64.
///
/// * A delivery only hints that a base has changed: fetch the payloads. It has no id and no type.
///   Its `/timestamp` makes every body different.
/// * This scheme was read in pyairtable, which quotes Airtable's page. The page itself was not
///   read.
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
