

use crate::provider::{Coverage, Identity, KEY_ID, Parameter, Provider, Scheme, Success};
use crate::secret::KeyFormat;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::stone::{JWKS_URL, PRIVATE_KEY, Stone};

/// Stone Open Bank.
///
/// `{"encrypted_body": "…"}`: a JSON Web Encryption (RSA-OAEP-256, A256GCM) for a key of yours, which is the setting `private_key`, in PEM as PKCS#8. In it is
/// a JSON Web Signature, RS256, whose claims are the event: [`Delivery::payload`](crate::Delivery::payload) has them, and `VerifiedEvent<T>` reads them.
/// Stone's key is one of `https://api.openbank.stone.com.br/api/v1/discovery/keys`, by the `kid` of the signature: configured, and with the setting `kid` a
/// delivery that names another is refused; or found there by a [`KeySource`](crate::KeySource). The setting `jwks_url` has the address of the sandbox.
///
/// * **That a delivery can be decrypted proves nothing**: anybody may encrypt for a public key. What proves is the signature inside. A private key has to
///   work before it can be looked at, which costs about half a millisecond for anybody who sends something.
/// * All claims are signed, the type `/event_type` among them; the body around them is not. Headers `x-stone-webhook-event-id` and `-type` are not signed: the first,
///   documented as the key to idempotency, is the id that is reported here, as a label.
/// * Deliveries are told apart by the whole signature: a retry that is signed anew runs again.
/// * A token is refused before its `nbf` or `iat`, with a minute to spare, and after its `exp` where it has one.
/// * Stone's own sample of 2021 nests the two the other way round, with PS256. The page is taken as what is current.
///
/// Source: Stone Open Bank's page "Webhooks Seguros" at <https://docs.openbank.stone.com.br>.
pub const STONE_OPEN_BANK: Provider = Provider::new("stone-open-bank", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .with_aliases(&["stone-openbank"])
    .id_in_headers(&["x-stone-webhook-event-id"])
    .type_at(&["/event_type"])
    .succeeds_with(Success::Any2xx)
    .identified_by(Identity::Content, "the claims are made for one event")
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
