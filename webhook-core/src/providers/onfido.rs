use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Onfido.
///
/// `X-SHA2-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the webhook's token.
///
/// * No time is signed and events have no id: `/payload/object/id` is that of the object. Deliveries are told apart by their content.
///   The type is `/payload/action`.
///
/// Source: <https://documentation.onfido.com/api/latest/#webhooks> and onfido/onfido-node (`WebhookEventVerifier`).
pub const ONFIDO: Provider = Provider::new(
    "onfido",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-sha2-signature")],
)
.type_at(&["/payload/action"])
.configured_by(&[Parameter::secret("webhook_token")])
.documented_at("https://documentation.onfido.com/api/latest/#webhooks");
