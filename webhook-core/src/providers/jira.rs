use serde_json::json;

use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::jwt::{By, Jwt};

/// Jira Cloud webhooks that an administrator created.
///
/// `X-Hub-Signature: sha256=<hex>` is an HMAC-SHA-256 over the body, as for
/// [Bitbucket](super::BITBUCKET). The secret is the one that the administrator chose. Webhooks of
/// OAuth 2.0 apps come with a token instead: see [`JIRA_OAUTH2`]. Those of Connect apps come with
/// another one: see [`ATLASSIAN_CONNECT`](super::ATLASSIAN_CONNECT).
///
/// * The signature covers no timestamp. `X-Atlassian-Webhook-Identifier` stays the same over
///   retries but is unsigned. The event type is `/webhookEvent`. The replay key comes from the
///   body.
/// * This scheme was read in copies of Atlassian's page. The page itself was not read.
///
/// Source: <https://developer.atlassian.com/cloud/jira/platform/webhooks/>.
pub const JIRA: Provider = Provider::new("jira", &[super::bitbucket::SHA256_HUB])
    .id_in_headers(&["x-atlassian-webhook-identifier"])
    .type_at(&["/webhookEvent"])
    .identified_by(
        Identity::Content,
        "the body carries the timestamp of the event in milliseconds",
    )
    .documented_at("https://developer.atlassian.com/cloud/jira/platform/webhooks/");

/// Webhooks of Jira and Confluence Cloud that an OAuth 2.0 app registered.
///
/// `Authorization: Bearer` carries a JSON Web Token, signed with HS256. The secret is the client
/// secret of the app.
///
/// * **The token covers nothing of the request**, so it only identifies the sender. Its `exp` and
///   `nbf` are checked if it has them.
/// * The event type is `/webhookEvent`. The replay key comes from the body.
///
/// Source: <https://developer.atlassian.com/cloud/jira/platform/webhooks/>; the token was read in
/// <https://nango.dev/docs/api-integrations/jira/webhooks> (read on 2026-11-29).
pub const JIRA_OAUTH2: Provider = Provider::new("jira-oauth2", TOKEN_SCHEME)
    .with_aliases(&["confluence-oauth2"])
    .id_in_headers(&["x-atlassian-webhook-identifier"])
    .type_at(&["/webhookEvent"])
    .identified_by(
        Identity::Content,
        "the body carries the timestamp of the event in milliseconds",
    )
    .configured_by(&[
        Parameter::secret("client_secret"),
        Parameter::identifier("client_id"),
    ])
    .documented_at("https://developer.atlassian.com/cloud/jira/platform/webhooks/");

const TOKEN_SCHEME: &[Scheme] = &[Scheme::with_code(
    &TOKEN,
    Coverage::NONE,
    "nothing; a token identifies the sender (JWT, HS256)",
)
.in_header("authorization")];

static TOKEN: Jwt = Jwt {
    header: "authorization",
    prefix: "Bearer ",
    by: By::Secret,
    body: None,
    identifies: false,
    check: |claims: &Claims<'_>, asked| claims.check_times(asked.now, None, false).map(|()| None),
    make: |draft: &Draft<'_>| {
        let now = draft.now.as_secs();
        json!({"iss": "client-id", "iat": now, "exp": now.saturating_add(180)})
    },
};
