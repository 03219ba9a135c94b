use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme};

/// Kontent.ai webhooks.
///
/// `X-Kontent-ai-Signature` is a base64 HMAC-SHA-256 over the body. The older `X-KC-Signature` is
/// ignored.
///
/// * The signature covers no timestamp. A delivery is a batch, so the replay key comes from the
///   body.
///
/// Source: <https://kontent.ai/learn/docs/webhooks/webhooks> and Kontent.ai's code samples and .NET
/// middleware.
pub const KONTENT_AI: Provider = Provider::new(
    "kontent-ai",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-kontent-ai-signature")
        .encoding(Encoding::Base64)],
)
.documented_at("https://kontent.ai/learn/docs/webhooks/webhooks");
