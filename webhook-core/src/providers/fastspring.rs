use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// FastSpring webhooks.
///
/// `X-FS-Signature` is a base64 HMAC-SHA-256 over the body. The secret is the "HMAC SHA256 Secret"
/// of the webhook.
///
/// * **A webhook without that secret is not signed** and is refused.
/// * The signature covers no timestamp. A delivery is a batch of events, each with an id, so the
///   replay key comes from the body. The event type is `/events/0/type`.
///
/// Source: <https://developer.fastspring.com/docs/message-security> (read on 2026-11-29).
pub const FASTSPRING: Provider = Provider::new(
    "fastspring",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-fs-signature")
        .encoding(Encoding::Base64)],
)
.type_at(&["/events/0/type"])
.configured_by(&[Parameter::secret("hmac_sha256_secret")])
.documented_at("https://developer.fastspring.com/docs/message-security");
