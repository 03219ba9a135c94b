use serde_json::json;

use crate::crypto::Algorithm;
use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Identity, KEY_ID, Parameter, Provider, Scheme};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;
use crate::verify::custom::jwt::{At, BodyHash, By, Jwt, Spelled, issued};

/// Plaid webhooks.
///
/// `Plaid-Verification` is a JSON Web Token, signed with ES256. `request_body_sha256` is the
/// SHA-256 of the body, and `iat` is the timestamp. The token names a public key, which
/// `POST /webhook_verification_key/get` returns for your client id and secret. Configure the key as
/// the JSON Web Key of that answer, or have your [`KeySource`](crate::KeySource) ask Plaid; the
/// source may return the answer unchanged. A key with `expired_at` is refused. With the setting
/// `kid`, a delivery that names another key is refused.
///
/// * The signature covers the timestamp and the body, byte for byte. Plaid indents its JSON, so
///   anything that rewrites the body breaks the signature.
/// * There is no id, and Plaid may send equal bodies for two events (`SYNC_UPDATES_AVAILABLE` for
///   one item). So the replay key comes from the body and the timestamp. A retry is signed again,
///   so it may run twice.
/// * Plaid waits 10 s for an answer and retries for up to 24 hours.
///
/// Source: <https://plaid.com/docs/api/webhooks/webhook-verification/>
pub const PLAID: Provider = Provider::new("plaid", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .type_at(&["/webhook_code"])
    .identified_by(
        Identity::ContentAndAttempt,
        "a notification only says that an item has updates (`SYNC_UPDATES_AVAILABLE`)",
    )
    .answers_within_millis(10_000)
    .retries_for_secs(24 * 60 * 60)
    .configured_by(&[KEY_ID, Parameter::identifier("client_id")])
    .documented_at("https://plaid.com/docs/api/webhooks/webhook-verification/");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &TOKEN,
    Coverage {
        body: true,
        time: true,
        ..Coverage::NONE
    },
    "timestamp, hash of the body (JWT, ES256)",
)
.in_header("plaid-verification")
.timed(TimeUnit::Seconds)
.time_is("`iat` of the token")];

static TOKEN: Jwt = Jwt {
    header: "plaid-verification",
    prefix: "",
    by: By::Key {
        provider: "plaid",
        algorithm: Algorithm::EcdsaP256Sha256Fixed,
        alg: "ES256",
        at: At::Id,
    },
    body: Some(BodyHash {
        claim: "request_body_sha256",
        spelled: Spelled::Hex,
        unless_empty: false,
    }),
    identifies: false,
    check: |claims: &Claims<'_>, asked| issued(claims, asked).map(Some),
    make: |draft: &Draft<'_>| json!({"iat": draft.now.as_secs()}),
};
