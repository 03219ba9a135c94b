use crate::provider::{Identity, Provider};

/// Jira Cloud, webhooks that an administrator made.
///
/// `X-Hub-Signature: sha256=<hex>`, HMAC-SHA-256 over the body, as [Bitbucket](super::BITBUCKET) has it. Connect apps get a JWT instead,
/// and are not this.
///
/// * No time is signed. `X-Atlassian-Webhook-Identifier` stays the same over retries but is unsigned; the type is
///   `/webhookEvent`. Deliveries are told apart by their content.
/// * Read in copies of Atlassian's page; the page itself was not read.
///
/// Source: <https://developer.atlassian.com/cloud/jira/platform/webhooks/>.
pub const JIRA: Provider = Provider::new("jira", &[super::bitbucket::SHA256_HUB])
    .id_in_headers(&["x-atlassian-webhook-identifier"])
    .type_at(&["/webhookEvent"])
    .identified_by(
        Identity::Content,
        "the body carries the time of the event in milliseconds",
    )
    .documented_at("https://developer.atlassian.com/cloud/jira/platform/webhooks/");
