use serde_json::json;

use crate::crypto::Algorithm;
use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Identity, KEY_ID, Parameter, Provider, Scheme};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;
use crate::verify::custom::jwt::{BodyHash, By, Jwt, Spelled, issued};

/// Plaid.
///
/// `Plaid-Verification`: a JSON Web Token, ES256, with the SHA-256 of the body in `request_body_sha256` and its time in `iat`. The header names a
/// key that `POST /webhook_verification_key/get` gives, with your client id and secret. So there are two ways: the key is configured, as
/// the JSON Web Key of that answer, or a [`KeySource`](crate::KeySource) of yours asks Plaid; it may hand on the answer as it is. A key with
/// `expired_at` is refused. With the setting `kid`, a delivery that names another key than the configured one is refused too.
///
/// * Time and body are signed, byte for byte: Plaid indents its JSON, and what re-writes it breaks it.
/// * There is no id, and the same body may be sent for two events (`SYNC_UPDATES_AVAILABLE` for one item). Deliveries are told apart by
///   body and time, so that a retry, which is signed anew, may run twice.
/// * Answered within 10 s, retried for up to 24 hours.
///
/// Source: <https://plaid.com/docs/api/webhooks/webhook-verification/>
pub const PLAID: Provider = Provider::new("plaid", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .type_at(&["/webhook_code"])
    .identified_by(
        Identity::ContentAndAttempt,
        "a notification says only that an item has news (`SYNC_UPDATES_AVAILABLE`)",
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
    "time, hash of the body (JWT, ES256)",
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
        at: None,
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
