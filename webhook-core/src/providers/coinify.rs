use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Coinify webhooks.
///
/// `x-coinify-webhook-signature` is a hex HMAC-SHA-256 over the body. The secret is the shared
/// secret of the webhook.
///
/// * The signature covers no timestamp, and no id is documented, so the replay key comes from the
///   body. The event type is `/event`.
///
/// Source: <https://coinify.readme.io/docs/webhook-signature>, whose example is among the vectors
/// (read on 2026-11-29).
pub const COINIFY: Provider = Provider::new(
    "coinify",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-coinify-webhook-signature")],
)
.type_at(&["/event"])
.configured_by(&[Parameter::secret("shared_secret")])
.documented_at("https://coinify.readme.io/docs/webhook-signature");
