use serde_json::json;

use crate::crypto::constant_time_eq;
use crate::error::RejectionKind;
use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Parameter, Provider, Scheme};
use crate::time::TimeUnit;
use crate::verify::custom::digest_of;
use crate::verify::custom::jwt::{BodyHash, By, Jwt, Spelled};
use crate::verify::custom::query_and_body::QueryAndBody;

/// MessageBird (Bird) webhooks with `MessageBird-Signature-JWT`.
///
/// The header is a JSON Web Token, signed with HS256. The secret is the signing key. `url_hash` is
/// the hex SHA-256 of the URL, and `payload_hash` is that of the body. `payload_hash` is absent if
/// there is no body, and only then. `iss` is `MessageBird`, and `jti` is required.
///
/// * The signature covers the URL with its query, and the body. The token expires at `exp`, one
///   minute after it is issued.
/// * No id is common to all products, so the replay key comes from the body.
/// * MessageBird's libraries also accept HS384 and HS512. MessageBird does not sign with them, so
///   only HS256 is accepted.
/// * `MessageBird-Signature` without `-JWT` is the previous scheme and is ignored: see
///   [`MESSAGEBIRD_LEGACY`].
///
/// Source: <https://developers.messagebird.com/api/#verifying-http-requests> and messagebird@4.0.1
/// (npm), whose test data is among the vectors.
pub const MESSAGEBIRD: Provider = Provider::new("messagebird", SCHEME)
    .with_methods(&["POST", "GET", "PUT", "PATCH", "DELETE"])
    .configured_by(&[Parameter::secret("signing_key")])
    .documented_at("https://developers.messagebird.com/api/#verifying-http-requests");

/// MessageBird webhooks with `MessageBird-Signature`, the scheme before [`MESSAGEBIRD`].
/// MessageBird's libraries call it deprecated.
///
/// The header is a base64 HMAC-SHA-256. The signed message is the timestamp in
/// `MessageBird-Request-Timestamp`, the query and the SHA-256 of the body (32 bytes), joined by
/// line feeds. The query is sorted by name and escaped again. The secret is the signing key.
///
/// * The signature covers neither method, host nor path. It covers the decoded query, not its
///   spelling.
/// * The tolerance is 300 s in both directions. The libraries' default is 10 s, without a limit for
///   the future.
/// * The replay key comes from the query and the body. Status reports arrive by `GET`, with only a
///   query.
///
/// Source: <https://developers.messagebird.com/api/#verifying-http-requests>; `RequestValidator` of
/// messagebird/php-rest-api.
pub const MESSAGEBIRD_LEGACY: Provider = Provider::new("messagebird-legacy", LEGACY)
    .with_methods(&["POST", "GET", "PUT", "PATCH", "DELETE"])
    .configured_by(&[Parameter::secret("signing_key")])
    .documented_at("https://developers.messagebird.com/api/#verifying-http-requests");

const LEGACY: &[Scheme] = &[Scheme::with_code(
    &QueryAndBody::Query,
    Coverage {
        body: true,
        time: true,
        values: true,
        ..Coverage::NONE
    },
    "timestamp, query, body (HMAC-SHA-256)",
)
.in_header("messagebird-signature")
.timed(TimeUnit::Seconds)
.time_is("`messagebird-request-timestamp`")];

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &TOKEN,
    Coverage {
        body: true,
        url: true,
        ..Coverage::NONE
    },
    "hashes of the URL and of the body (JWT, HS256)",
)
.in_header("messagebird-signature-jwt")];

static TOKEN: Jwt = Jwt {
    header: "messagebird-signature-jwt",
    prefix: "",
    by: By::Secret,
    body: Some(BodyHash {
        claim: "payload_hash",
        spelled: Spelled::Hex,
        unless_empty: true,
    }),
    identifies: false,
    check: |claims: &Claims<'_>, asked| {
        claims.is("iss", b"MessageBird")?;
        let (id, url) = (claims.text("jti")?, claims.text("url_hash")?);
        let (Some(_), Some(url)) = (id, url.and_then(|url| Spelled::Hex.read(url))) else {
            return Err(RejectionKind::Malformed);
        };
        if !constant_time_eq(&url, &digest_of(asked.full_url().as_bytes())) {
            return Err(RejectionKind::BadSignature);
        }
        claims.check_times(asked.now, None, true).map(|()| None)
    },
    make: |draft: &Draft<'_>| {
        let now = draft.now.as_secs();
        let url = Spelled::Hex.write(&digest_of(draft.full_url().as_bytes()));
        json!({"iss": "MessageBird", "nbf": now, "exp": now.saturating_add(60),
            "jti": "59a244dc-e9ad-4e23-9778-371faa238f72", "url_hash": url})
    },
};
