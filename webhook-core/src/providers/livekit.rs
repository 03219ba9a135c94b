use serde_json::json;

use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Parameter, Provider, Scheme};
use crate::verify::custom::jwt::{BodyHash, By, Jwt, Spelled};

/// LiveKit webhooks.
///
/// `Authorization` is a JSON Web Token without a prefix, signed with HS256. The secret is the API
/// secret. `iss` is the API key, the setting `api_key`. `sha256` is the SHA-256 of the body in
/// base64.
///
/// * The signature covers the body. The token expires at `exp`, which is required. The server
///   chooses the lifetime.
/// * `/id` is the event id and is covered.
/// * The content type is `application/webhook+json`.
/// * The access tokens of participants are signed with the same secret but have no `sha256`. They
///   are refused as deliveries.
///
/// Source: <https://docs.livekit.io/home/server/webhooks/> and livekit-server-sdk@2.19.2 (npm).
pub const LIVEKIT: Provider = Provider::new("livekit", SCHEME)
    .id_at(&["/id"])
    .type_at(&["/event"])
    .configured_by(&[
        Parameter::secret("api_secret"),
        Parameter::identifier(API_KEY).required(),
    ])
    .documented_at("https://docs.livekit.io/home/server/webhooks/");

const API_KEY: &str = "api_key";

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &TOKEN,
    Coverage {
        body: true,
        ..Coverage::NONE
    },
    "hash of the body (JWT, HS256)",
)
.in_header("authorization")];

static TOKEN: Jwt = Jwt {
    header: "authorization",
    prefix: "",
    by: By::Secret,
    body: Some(BodyHash {
        claim: "sha256",
        spelled: Spelled::Base64,
        unless_empty: false,
    }),
    identifies: false,
    check: |claims: &Claims<'_>, asked| {
        claims.is("iss", asked.settings.required(API_KEY))?;
        claims.check_times(asked.now, None, true).map(|()| None)
    },
    make: |draft: &Draft<'_>| {
        let issuer = String::from_utf8_lossy(draft.settings.required(API_KEY));
        let now = draft.now.as_secs();
        json!({"iss": issuer, "exp": now.saturating_add(300), "nbf": now})
    },
};
