use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Monnify webhooks.
///
/// `monnify-signature` is a hex HMAC-SHA-512 over the body. The secret is the client secret key of
/// the merchant.
///
/// * The signature covers no timestamp, and events have no id, so the replay key comes from the
///   body. The event type is `/eventType`.
/// * Independent descriptions and implementations agree on this scheme. Monnify's own page was not
///   read for it.
///
/// Source: <https://developers.monnify.com/docs/webhooks/>.
pub const MONNIFY: Provider = Provider::new(
    "monnify",
    &[Scheme::hmac(Algorithm::HmacSha512, &[Part::Body]).in_header("monnify-signature")],
)
.type_at(&["/eventType"])
.configured_by(&[
    Parameter::secret("secret_key"),
    Parameter::identifier("api_key"),
    Parameter::identifier("contract_code"),
])
.documented_at("https://developers.monnify.com/docs/webhooks/");
