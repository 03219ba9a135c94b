use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme, Success};

/// Conekta (Mexico) webhooks.
///
/// `DIGEST` is a base64 RSA signature (PKCS#1 v1.5, SHA-256) over the body. The header only has the
/// name of the digest of RFC 3230.
///
/// * The public key is that of your account: `POST https://api.conekta.io/webhook_keys` creates the
///   pair and returns it, and Conekta keeps the private key. Deliveries do not name their key, so
///   configure both keys while you change them. Test and live mode have their own.
/// * The signature covers no timestamp. The event id is `/id`, the event type is `/type`.
/// * Conekta's page asks for a 200.
///
/// Source: <https://developers.conekta.com/docs/autenticación-webhooks>,
/// <https://developers.conekta.com/resources/webhooks> and
/// <https://github.com/conekta/conekta-node/issues/105>, where Conekta shows how to verify (read on
/// 2026-11-30).
pub const CONEKTA: Provider = Provider::new(
    "conekta",
    &[Scheme::signature(Algorithm::RsaSha256, &[Part::Body])
        .in_header("digest")
        .encoding(Encoding::Base64)],
)
.id_at(&["/id"])
.type_at(&["/type"])
.succeeds_with(Success::Only200)
.documented_at("https://developers.conekta.com/docs/autenticaci%C3%B3n-webhooks");
