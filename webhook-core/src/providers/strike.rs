use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Strike webhooks.
///
/// `X-Webhook-Signature` is a hex HMAC-SHA-256 over the body. The secret is the one given when the
/// subscription was created.
///
/// * The signature covers no timestamp. The replay key comes from the body, which has the id and the
///   time of the event. The event type is `/eventType`.
///
/// Source: <https://docs.strike.me/webhooks/signature-verification> (read on 2026-11-29).
pub const STRIKE: Provider = Provider::new(
    "strike",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-webhook-signature")],
)
.type_at(&["/eventType"])
.configured_by(&[Parameter::secret("webhook_secret")])
.documented_at("https://docs.strike.me/webhooks/signature-verification");
