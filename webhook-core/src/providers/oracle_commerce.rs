use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Oracle Commerce webhooks.
///
/// `X-Oracle-CC-WebHook-Signature` is a base64 HMAC-SHA-512 over the body. The secret is the key
/// under "HMAC Authentication" of the webhook.
///
/// * The signature covers no timestamp. The events have different shapes, so the replay key comes
///   from the body and no event type is read.
///
/// Source: <https://docs.oracle.com/en/cloud/saas/cx-commerce/ccdev/secure-webhooks.html> (read on
/// 2026-11-29).
pub const ORACLE_COMMERCE: Provider = Provider::new(
    "oracle-commerce",
    &[Scheme::hmac(Algorithm::HmacSha512, &[Part::Body])
        .in_header("x-oracle-cc-webhook-signature")
        .encoding(Encoding::Base64)],
)
.configured_by(&[Parameter::secret("secret_key")])
.documented_at("https://docs.oracle.com/en/cloud/saas/cx-commerce/ccdev/secure-webhooks.html");
