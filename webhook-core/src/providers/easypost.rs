use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// EasyPost.
///
/// `X-Hmac-Signature: hmac-sha256-hex=<hex>`, HMAC-SHA-256 over the body. EasyPost normalises the secret (NFKD), which changes nothing of an
/// ASCII one: choose one. The newer `X-Hmac-Signature-V2` is not looked at.
///
/// * No time is signed. The id is `/id` (`evt_…`), the type `/description` (`tracker.updated`).
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
