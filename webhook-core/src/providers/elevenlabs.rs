use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// ElevenLabs webhooks.
///
/// `ElevenLabs-Signature: t=<seconds>,v0=<hex>` is an HMAC-SHA-256 over `t`, a dot and the body.
///
/// * The tolerance is 30 minutes in the past, as in ElevenLabs' SDKs, and 300 s in the future.
/// * `post_call_audio` carries the whole recording in base64: about 1.3 MiB for a minute. Raise the
///   limit for calls of more than 15 minutes.
/// * Ten failures in a row, and no success for seven days, disable the webhook.
/// * Events have no id, so the replay key comes from the body; `/data/conversation_id` names the
///   conversation. The event type is `/type`.
///
/// Source: <https://elevenlabs.io/docs/product-guides/administration/webhooks>,
/// @elevenlabs/elevenlabs-js 2.73.0 and elevenlabs 2.78.0 (Python).
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
.body_limit(25 * 1024 * 1024)
.configured_by(&[Parameter::secret("webhook_secret")])
.documented_at("https://elevenlabs.io/docs/product-guides/administration/webhooks");
