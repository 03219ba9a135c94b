use serde_json::json;

use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::jwt::{BodyHash, By, Jwt, Spelled};

/// Upstash QStash deliveries.
///
/// `Upstash-Signature` is a JSON Web Token, signed with HS256. `iss` is `Upstash`, `sub` is the URL
/// of the destination, and `body` is the SHA-256 of the body in base64url. There are two secrets,
/// the current and the next. Configure both, as `Endpoint::qstash([current, next], url)`, so that a
/// rotation goes unnoticed.
///
/// * The signature covers the URL and the body. The token expires at `exp`, by default five minutes
///   after it is issued. Every request has its own token.
/// * `Upstash-Message-Id` is an unsigned label. A schedule sends the same body every time. So the
///   replay key comes from the token, which is issued for one attempt (`jti`). A retry runs again.
///
/// Source: <https://upstash.com/docs/qstash/howto/signature> and @upstash/qstash@2.12.0 (npm).
pub const QSTASH: Provider = Provider::new("qstash", SCHEME)
    .id_in_headers(&["upstash-message-id"])
    .identified_by(
        Identity::ContentAndAttempt,
        "a schedule sends the same body every time; a token is issued for one attempt (`jti`)",
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
        json!({"iss": "Upstash", "sub": draft.full_url(), "exp": now.saturating_add(300),
            "nbf": now, "iat": now, "jti": "jwt_67kxXD6UBAk7DqU6hzuHMDdXFXfP"})
    },
};
