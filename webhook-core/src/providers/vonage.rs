use serde_json::json;

use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Parameter, Provider, Questions, Scheme};
use crate::time::TimeUnit;
use crate::verify::custom::jwt::{BodyHash, By, Jwt, Spelled, issued};

/// Vonage, signed webhooks of its Messages, Voice, Verify and other APIs.
///
/// `Authorization: Bearer` and a JSON Web Token, HS256 with the account's signature secret. `payload_hash` is the SHA-256 of the body in
/// hexadecimal digits, `iat` the time. `iss` is `Vonage`. With the setting `api_key` the claim of that name has to be it.
///
/// * Time and body are signed. `payload_hash` may be missing where the body is empty, and nowhere else.
/// * **Only `POST` is taken**, where the answer URL of Voice is asked with `GET` unless set otherwise: of a `GET`, Vonage's pages do not agree on what is hashed.
///   Set the method of every URL to `POST`.
/// * No tolerance is documented for `iat`; it is 300 s.
/// * The body has no id that is one for every product; deliveries are told apart by their content.
///   Those with a `conversation_uuid` are of calls, which wait for an answer: a copy of one runs
///   again.
/// * Retried for up to 24 hours, after 429 and 5xx alone: what is refused with 401 is not sent again.
///
/// Source: <https://developer.vonage.com/en/getting-started/concepts/webhooks#decoding-signed-webhooks>
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
    "time, hash of the body (JWT, HS256)",
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
