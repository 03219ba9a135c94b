use serde_json::json;

use crate::crypto::constant_time_eq;
use crate::error::RejectionKind;
use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Parameter, Provider, Scheme};
use crate::time::TimeUnit;
use crate::verify::custom::digest_of;
use crate::verify::custom::jwt::{BodyHash, By, Jwt, Spelled};
use crate::verify::custom::query_and_body::QueryAndBody;

/// MessageBird (Bird), `MessageBird-Signature-JWT`.
///
/// A JSON Web Token, HS256 with the signing key, with the SHA-256 of the URL in `url_hash` and that of the body in `payload_hash`, both in
/// hexadecimal digits. `payload_hash` is left out where there is no body, and only there. `iss` is `MessageBird`, `jti` has to be there.
///
/// * URL with query and body are signed. The token ends at `exp`, a minute after it was made.
/// * The body has no id that is one for every product; deliveries are told apart by their content.
/// * The libraries take HS384 and HS512 as well; no MessageBird signs with them, and one algorithm is enough.
/// * `MessageBird-Signature` without `-JWT` is the scheme before, and is not read: see
///   [`MESSAGEBIRD_LEGACY`].
///
/// Source: <https://developers.messagebird.com/api/#verifying-http-requests> and messagebird@4.0.1 (npm), whose test data is among the
/// vectors.
pub const MESSAGEBIRD: Provider = Provider::new("messagebird", SCHEME)
    .with_methods(&["POST", "GET", "PUT", "PATCH", "DELETE"])
    .configured_by(&[Parameter::secret("signing_key")])
    .documented_at("https://developers.messagebird.com/api/#verifying-http-requests");

/// MessageBird, `MessageBird-Signature`: the scheme before [`MESSAGEBIRD`], which MessageBird's
/// libraries call deprecated.
///
/// Base64, HMAC-SHA-256 over the time of `MessageBird-Request-Timestamp`, the query and the SHA-256
/// of the body, 32 bytes, with line feeds between. The query is sorted by name and escaped anew.
/// The key is the signing key.
///
/// * Method, host and path are not signed. The query is signed by what it says, not by how it is spelled.
/// * 300 s to both sides, where the libraries' default is 10 s and knows no end ahead.
/// * Deliveries are told apart by query and body; status reports come by `GET`, with a query alone.
///
/// Source: <https://developers.messagebird.com/api/#verifying-http-requests>; `RequestValidator` of messagebird/php-rest-api.
pub const MESSAGEBIRD_LEGACY: Provider = Provider::new("messagebird-legacy", LEGACY)
    .with_methods(&["POST", "GET", "PUT", "PATCH", "DELETE"])
    .configured_by(&[Parameter::secret("signing_key")])
    .documented_at("https://developers.messagebird.com/api/#verifying-http-requests");

const LEGACY: &[Scheme] = &[Scheme::with_code(
    &QueryAndBody,
    Coverage {
        body: true,
        time: true,
        values: true,
        ..Coverage::NONE
    },
    "time, query, body (HMAC-SHA-256)",
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
