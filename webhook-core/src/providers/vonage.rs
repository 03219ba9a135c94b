use serde_json::json;

use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Parameter, Provider, Questions, Scheme};
use crate::time::TimeUnit;
use crate::verify::custom::jwt::{BodyHash, By, Jwt, Spelled, issued};

/// Vonage signed webhooks of its Messages, Voice, Verify and other APIs.
///
/// `Authorization: Bearer` carries a JSON Web Token, signed with HS256. The secret is the account's
/// signature secret. `payload_hash` is the hex SHA-256 of the body, `iat` is the timestamp, and
/// `iss` is `Vonage`. With the setting `api_key`, the claim of that name must equal it.
///
/// * The signature covers the timestamp and the body. `payload_hash` may only be missing if the
///   body is empty.
/// * **Only `POST` is accepted**: set the method of every URL to `POST`. Voice requests its answer
///   URL with `GET` unless configured otherwise. Vonage's pages disagree on what is hashed for a
///   `GET`.
/// * Vonage documents no tolerance for `iat`; the default is 300 s.
/// * No id is common to all products, so the replay key comes from the body. Deliveries with a
///   `conversation_uuid` belong to calls and wait for an answer, so a duplicate of one runs again.
/// * Vonage retries for up to 24 hours, only after 429 and 5xx. It does not retry a delivery that
///   was refused with 401.
///
/// Source:
/// <https://developer.vonage.com/en/getting-started/concepts/webhooks#decoding-signed-webhooks>
pub const VONAGE: Provider = Provider::new("vonage", SCHEME)
    .retries_for_secs(24 * 60 * 60)
    .asks(Questions::With(&["/conversation_uuid"]))
    .configured_by(&[
        Parameter::secret("signature_secret"),
        Parameter::identifier(API_KEY),
        Parameter::identifier("application_id"),
    ])
    .documented_at("https://developer.vonage.com/en/getting-started/concepts/webhooks");

const API_KEY: &str = "api_key";

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &TOKEN,
    Coverage {
        body: true,
        time: true,
        ..Coverage::NONE
    },
    "timestamp, hash of the body (JWT, HS256)",
)
.in_header("authorization")
.timed(TimeUnit::Seconds)
.time_is("`iat` of the token")];

static TOKEN: Jwt = Jwt {
    header: "authorization",
    prefix: "Bearer ",
    by: By::Secret,
    body: Some(BodyHash {
        claim: "payload_hash",
        spelled: Spelled::Hex,
        unless_empty: true,
    }),
    identifies: false,
    check: |claims: &Claims<'_>, asked| {
        claims.is("iss", b"Vonage")?;
        if let Some(key) = asked.settings.get(API_KEY) {
            claims.is("api_key", key)?;
        }
        issued(claims, asked).map(Some)
    },
    make: |draft: &Draft<'_>| {
        let key = draft.settings.get(API_KEY).unwrap_or(b"a1b2c3d");
        json!({"iss": "Vonage", "iat": draft.now.as_secs(), "api_key": String::from_utf8_lossy(key),
            "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5"})
    },
};
