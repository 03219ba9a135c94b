use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Pagar.me postbacks of versions 1 to 4.
///
/// `X-Hub-Signature: sha1=<hex>` is an HMAC-SHA-1 over the body, which is a form. The secret is the
/// API key (`ak_…`). Some of Pagar.me's SDKs read the hash's name from the header; here it must be
/// `sha1`.
///
/// * The signature covers no timestamp, and events have no id, so the replay key comes from the
///   body. Version 5 and the Hub use other schemes.
///
/// Source: <https://docs.pagar.me/v1/reference/validando-um-postback> and pagarme-php.
pub const PAGARME_POSTBACK: Provider = Provider::new(
    "pagarme-postback",
    &[Scheme::hmac(Algorithm::HmacSha1, &[Part::Body])
        .in_header("x-hub-signature")
        .prefix("sha1=")],
)
.configured_by(&[
    Parameter::secret("api_key"),
    Parameter::identifier("encryption_key"),
])
.parses_forms()
.documented_at("https://docs.pagar.me/v1/reference/validando-um-postback");
