use crate::provider::{Identity, Provider};

/// Jira Cloud webhooks that an administrator created.
///
/// `X-Hub-Signature: sha256=<hex>` is an HMAC-SHA-256 over the body, as for
/// [Bitbucket](super::BITBUCKET). Connect apps receive a JWT instead: see
/// [`ATLASSIAN_CONNECT`](super::ATLASSIAN_CONNECT).
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
