use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// OpenPix (Woovi) webhooks with the secret of the webhook.
///
/// `X-OpenPix-Signature` is a base64 HMAC-SHA-1 over the body. The secret is the HMAC secret key of
/// the webhook.
///
/// * Woovi calls this method deprecated and recommends `x-webhook-signature`, an RSA signature. Its
///   production key has 1024 bits, which is too weak to accept. The RSA signature also does not say
///   which merchant's webhook a delivery belongs to.
/// * The signature covers no timestamp, and events have no common id, so the replay key comes from
///   the body. The event type is `/event`.
///
/// Source: <https://developers.woovi.com/docs/webhook/seguranca/webhook-hmac> (read on 2026-11-29).
pub const OPENPIX: Provider = Provider::new(
    "openpix",
    &[Scheme::hmac(Algorithm::HmacSha1, &[Part::Body])
        .in_header("x-openpix-signature")
        .encoding(Encoding::Base64)],
)
.with_aliases(&["woovi"])
.type_at(&["/event"])
.configured_by(&[Parameter::secret("hmac_secret_key")])
.documented_at("https://developers.woovi.com/docs/webhook/seguranca/webhook-hmac");
