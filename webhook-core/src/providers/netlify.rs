use serde_json::json;

use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Parameter, Provider, Scheme};
use crate::verify::custom::jwt::{BodyHash, By, Jwt, Spelled};

/// Netlify deploy notifications.
///
/// `X-Webhook-Signature` is a JSON Web Token, signed with HS256. `iss` is `netlify`, and `sha256`
/// is the hex SHA-256 of the body. The secret is the "JWS secret token" of the notification.
///
/// * **A notification without that token is not signed** and is refused.
/// * The token has no documented expiry. `exp`, `nbf` and `iat` are checked if it has them.
/// * The body is the deploy, with its state and times, so the replay key comes from the body. The
///   event type is `/state`.
/// * Independent descriptions and implementations agree on this scheme. Netlify's own page was not
///   read for it.
///
/// Source: <https://docs.netlify.com/deploy/deploy-notifications/>.
pub const NETLIFY: Provider = Provider::new("netlify", SCHEME)
    .type_at(&["/state"])
    .configured_by(&[Parameter::secret("jws_secret_token")])
    .documented_at("https://docs.netlify.com/deploy/deploy-notifications/");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &TOKEN,
    Coverage {
        body: true,
        ..Coverage::NONE
    },
    "hash of the body (JWT, HS256)",
)
.in_header("x-webhook-signature")];

static TOKEN: Jwt = Jwt {
    header: "x-webhook-signature",
    prefix: "",
    by: By::Secret,
    body: Some(BodyHash {
        claim: "sha256",
        spelled: Spelled::Hex,
        unless_empty: false,
    }),
    identifies: false,
    check: |claims: &Claims<'_>, asked| {
        claims.is("iss", b"netlify")?;
        claims.check_times(asked.now, None, false).map(|()| None)
    },
    make: |_: &Draft<'_>| json!({"iss": "netlify"}),
};
