

use crate::provider::{Coverage, KEY_ID, Parameter, Provider, Scheme};
use crate::secret::KeyFormat;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::detached::{Fireblocks, JWKS_URL};

/// Fireblocks webhooks of version 2.
///
/// `Fireblocks-Webhook-Signature` is a JSON Web Signature without its payload: `header..signature`,
/// signed with RS512. The payload is the body. The signed message is the header in base64url, a
/// full stop, and the body in base64url. The header names a public key of
/// `https://keys.fireblocks.io/.well-known/jwks.json`. Configure that key, or have a
/// [`KeySource`](crate::KeySource) fetch it. The setting `jwks_url` is for the other regions, whose
/// key sets have other addresses. The setting `kid` is the id of the configured key; then a
/// delivery that names another key is refused.
///
/// * The signature covers the whole body and no separate timestamp: `/createdAt` in the body is the
///   time of the event.
/// * A payload inside the header is refused, because it would not be the body.
/// * `/id` is the event id and is covered.
/// * Fireblocks makes up to ten attempts. [`FIREBLOCKS_V1`](super::FIREBLOCKS_V1) is the previous
///   scheme, whose header may arrive together with this one.
///
/// Source: <https://developers.fireblocks.com/reference/validating-webhooks>
pub const FIREBLOCKS: Provider = Provider::new("fireblocks", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .id_at(&["/id"])
    .type_at(&["/eventType"])
    .configured_by(&[KEY_ID, Parameter::setting(JWKS_URL)])
    .publishes_keys()
    .documented_at("https://developers.fireblocks.com/reference/validating-webhooks");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &Fireblocks,
    Coverage {
        body: true,
        ..Coverage::NONE
    },
    "body (detached JWS, RS512)",
)
.in_header("fireblocks-webhook-signature")];
