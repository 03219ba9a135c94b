use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme};

/// Bitbucket Cloud.
///
/// `X-Hub-Signature: sha256=<hex>`, HMAC-SHA-256 over the body: the header's name has no `-256` here. Another method than
/// `sha256` is refused.
///
/// * No time is signed; id (`X-Request-UUID`) and type (`X-Event-Key`) are unsigned headers. A
///   change that is undone and made again has the same body, so a delivery is known by its content
///   and that id, of which one content has at most 64.
/// * Read in copies of Atlassian's page, whose example reproduces; the page itself was not read.
///
/// Source: <https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/>.
pub const BITBUCKET: Provider = Provider::new("bitbucket", &[SHA256_HUB])
    .id_in_headers(&["x-request-uuid"])
    .type_in_headers(&["x-event-key"])
    .identified_by(
        Identity::labels(&["x-request-uuid"], 64),
        "a change that is undone and made again has the same body",
    )
    .documented_at("https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/");

/// WebSub's header with SHA-256, which Atlassian uses.
pub(super) const SHA256_HUB: Scheme = Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
    .in_header("x-hub-signature")
    .prefix("sha256=");
