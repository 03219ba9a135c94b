use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// ElevenLabs.
///
/// `ElevenLabs-Signature: t=<seconds>,v0=<hex>`, HMAC-SHA-256 over `t`, a dot and the body.
///
/// * Tolerance 30 minutes to the past, as in ElevenLabs' SDKs, and 300 s to the future.
/// * Events have no id and are told apart by their content; `/data/conversation_id` is the conversation's. The type is `/type`.
///
/// Source: <https://elevenlabs.io/docs/product-guides/administration/webhooks>, @elevenlabs/elevenlabs-js 2.73.0 and elevenlabs 2.78.0
/// (Python).
pub const ELEVENLABS: Provider = Provider::new(
    "elevenlabs",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("elevenlabs-signature")
    .pairs(b',', "v0")
    .time_in_pair("t", TimeUnit::Seconds)
    .tolerance_secs(1800, 300)],
)
.type_at(&["/type"])
.configured_by(&[Parameter::secret("webhook_secret")])
.documented_at("https://elevenlabs.io/docs/product-guides/administration/webhooks");
