use serde_json::json;

use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::jwt::{BodyHash, By, Jwt, Spelled};

/// Upstash QStash.
///
/// `Upstash-Signature`: a JSON Web Token, HS256. `iss` is `Upstash`, `sub` the URL the message is for, `body` the SHA-256 of the body in
/// base64url. There are two keys, the current and the next: configure both, as `Endpoint::qstash([current, next], url)`, and a rotation goes
/// by unnoticed.
///
/// * URL and body are signed. The token ends at `exp`, by default five minutes after it was made; every request has one of its own.
/// * `Upstash-Message-Id` is a label: not signed. A schedule sends the same body every time, so a
///   delivery is known by its token, which is made for one attempt (`jti`). A retry runs again.
///
/// Source: <https://upstash.com/docs/qstash/howto/signature> and @upstash/qstash@2.12.0 (npm).
pub const QSTASH: Provider = Provider::new("qstash", SCHEME)
    .id_in_headers(&["upstash-message-id"])
    .identified_by(
        Identity::ContentAndAttempt,
        "a schedule sends the same body every time; the token is made for one attempt (`jti`)",
    )
    .configured_by(&[
        Parameter::secret("current_signing_key"),
        Parameter::secret("next_signing_key"),
    ])
    .documented_at("https://upstash.com/docs/qstash/howto/signature");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &TOKEN,
    Coverage {
        body: true,
        url: true,
        ..Coverage::NONE
    },
    "URL, hash of the body (JWT, HS256)",
)
.in_header("upstash-signature")];

static TOKEN: Jwt = Jwt {
    header: "upstash-signature",
    prefix: "",
    by: By::Secret,
    body: Some(BodyHash {
        claim: "body",
        spelled: Spelled::Base64Url,
        unless_empty: false,
    }),
    identifies: true,
    check: |claims: &Claims<'_>, asked| {
        claims.is("iss", b"Upstash")?;
        claims.is("sub", asked.full_url().as_bytes())?;
        claims.check_times(asked.now, None, true).map(|()| None)
    },
    make: |draft: &Draft<'_>| {
        let now = draft.now.as_secs();
        json!({"iss": "Upstash", "sub": draft.full_url(), "exp": now.saturating_add(300), "nbf": now,
            "iat": now, "jti": "jwt_67kxXD6UBAk7DqU6hzuHMDdXFXfP"})
    },
};
