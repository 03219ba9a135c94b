use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Pagar.me versions 1 to 4, postbacks.
///
/// `X-Hub-Signature: sha1=<hex>`, HMAC-SHA-1 over the body, a form. The key is the API key (`ak_…`). Some of Pagar.me's SDKs take the hash's name
/// from the header; here it is `sha1` or nothing.
///
/// * No time is signed and events have no id: deliveries are told apart by their content. Versions 5 and the Hub are not this.
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
.documented_at("https://docs.pagar.me/v1/reference/validando-um-postback");
