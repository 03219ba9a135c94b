

use crate::provider::{Coverage, Identity, KEY_ID, Parameter, Provider, Scheme, Success};
use crate::secret::KeyFormat;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::stone::{JWKS_URL, PRIVATE_KEY, Stone};

/// Stone Open Bank webhooks.
///
/// The body `{"encrypted_body": "…"}` is a JSON Web Encryption (RSA-OAEP-256, A256GCM) for your own
/// private key. The setting `private_key` is that key, in PEM as PKCS#8. The decrypted text is a
/// JSON Web Signature (RS256), whose claims are the event.
/// [`Delivery::payload`](crate::Delivery::payload) returns the claims, and `VerifiedEvent<T>` reads
/// them.
///
/// Stone's public key is one of `https://api.openbank.stone.com.br/api/v1/discovery/keys`, named by
/// the `kid` of the signature. Configure it, or have a [`KeySource`](crate::KeySource) fetch it.
/// With the setting `kid`, a delivery that names another key is refused. The setting `jwks_url` is
/// the address of the sandbox.
///
/// * **That a delivery can be decrypted proves nothing**: anyone can encrypt for a public key. Only
///   the signature inside is proof. The delivery must be decrypted before the signature can be
///   checked, which costs about half a millisecond for any request.
/// * The signature covers all claims, including the event type `/event_type`, but not the body
///   around them. The headers `x-stone-webhook-event-id` and `-type` are unsigned. Stone documents
///   the first as the idempotency key. It is the id reported here, as a label.
/// * The replay key comes from the whole signature, so a retry that is signed again runs again.
/// * A token is refused before its `nbf` or `iat`, with a minute to spare, and after its `exp`, if
///   it has one.
/// * Stone's own sample of 2021 nests the two the other way round, with PS256. The page is assumed
///   to be current.
///
/// Source: Stone Open Bank's page "Webhooks Seguros" at <https://docs.openbank.stone.com.br>.
pub const STONE_OPEN_BANK: Provider = Provider::new("stone-open-bank", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .with_aliases(&["stone-openbank"])
    .id_in_headers(&["x-stone-webhook-event-id"])
    .type_at(&["/event_type"])
    .succeeds_with(Success::Any2xx)
    .identified_by(Identity::Content, "the claims are issued for one event")
    .configured_by(&[
        Parameter::extra_secret(PRIVATE_KEY).required(),
        KEY_ID,
        Parameter::setting(JWKS_URL),
    ])
    .publishes_keys()
    .documented_at("https://docs.openbank.stone.com.br");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &Stone,
    Coverage {
        values: true,
        ..Coverage::NONE
    },
    "the claims inside `encrypted_body` (JWE of JWS, RS256)",
)
.in_body("/encrypted_body")
.signing(&["/event_type"])];
