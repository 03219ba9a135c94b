use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme};

/// Bitbucket Cloud webhooks.
///
/// `X-Hub-Signature: sha256=<hex>` is an HMAC-SHA-256 over the body. This header name has no
/// `-256`. A method other than `sha256` is refused.
///
/// * The signature covers no timestamp. The id (`X-Request-UUID`) and the type (`X-Event-Key`) are
///   unsigned headers. A change that is undone and made again has the same body. So the replay key
///   comes from the body and that id, with at most 64 ids for one body.
/// * This scheme was read in copies of Atlassian's page, whose example can be reproduced. The page
///   itself was not read.
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

/// The WebSub header with SHA-256, which Atlassian uses.
pub(super) const SHA256_HUB: Scheme = Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
    .in_header("x-hub-signature")
    .prefix("sha256=");
