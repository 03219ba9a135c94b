use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// EasyPost webhooks.
///
/// `X-Hmac-Signature: hmac-sha256-hex=<hex>` is an HMAC-SHA-256 over the body. EasyPost normalises
/// the secret (NFKD). That leaves an ASCII secret unchanged, so choose an ASCII secret. The newer
/// `X-Hmac-Signature-V2` is ignored.
///
/// * The signature covers no timestamp. The event id is `/id` (`evt_…`), and the event type is
///   `/description` (`tracker.updated`).
///
/// Source: <https://docs.easypost.com/guides/webhooks-guide> and easypost-node (`validateWebhook`).
pub const EASYPOST: Provider = Provider::new(
    "easypost",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-hmac-signature")
        .prefix("hmac-sha256-hex=")],
)
.id_at(&["/id"])
.type_at(&["/description"])
.configured_by(&[Parameter::secret("webhook_secret")])
.documented_at("https://docs.easypost.com/guides/webhooks-guide");
