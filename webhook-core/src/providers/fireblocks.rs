

use crate::provider::{Coverage, KEY_ID, Parameter, Provider, Scheme};
use crate::secret::KeyFormat;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::detached::{Fireblocks, JWKS_URL};

/// Fireblocks, version 2 of its webhooks.
///
/// `Fireblocks-Webhook-Signature`: a JSON Web Signature without its payload, which is the body: `header..signature`, RS512 over the
/// header in base64url, a full stop, and the body in base64url. The header names a key of `https://keys.fireblocks.io/.well-known/jwks.json`:
/// configure that key, or a [`KeySource`](crate::KeySource). The setting `jwks_url` is for the other regions, whose sets are elsewhere;
/// `kid` is the id of the configured key, and a delivery that names another one is refused then.
///
/// * The whole body is signed, and no time: `/createdAt` in the body is that of the event.
/// * A payload that comes along in the header is refused: it would not be the body.
/// * `/id` is the id of the event, and signed.
/// * Up to ten attempts. [`FIREBLOCKS_V1`](super::FIREBLOCKS_V1) is the scheme before, whose header may come beside this one.
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
