use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Onfido webhooks.
///
/// `X-SHA2-Signature` is a hex HMAC-SHA-256 over the body. The secret is the webhook's token.
///
/// * The signature covers no timestamp, and events have no id (`/payload/object/id` names the
///   object). The replay key comes from the body. The event type is `/payload/action`.
///
/// Source: <https://documentation.onfido.com/api/latest/#webhooks> and onfido/onfido-node
/// (`WebhookEventVerifier`).
pub const ONFIDO: Provider = Provider::new(
    "onfido",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-sha2-signature")],
)
.type_at(&["/payload/action"])
.configured_by(&[Parameter::secret("webhook_token")])
.documented_at("https://documentation.onfido.com/api/latest/#webhooks");
