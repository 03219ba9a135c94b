use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme};

/// Webex webhooks.
///
/// `X-Spark-Signature` is a hex HMAC-SHA-1 over the body. The secret is the one given when the
/// webhook was created.
///
/// * **A webhook without a secret is not signed** and is refused.
/// * `/id` names the webhook, so the replay key comes from the body. The event type is `/event`;
///   `/resource` says what it is about.
/// * The signature covers no timestamp.
/// * Independent descriptions and implementations agree on this scheme. Webex's own page was not
///   read for it.
///
/// Source: <https://developer.webex.com/docs/api/guides/webhooks>; read in the Webex node of n8n.
pub const WEBEX: Provider = Provider::new(
    "webex",
    &[Scheme::hmac(Algorithm::HmacSha1, &[Part::Body]).in_header("x-spark-signature")],
)
.type_at(&["/event"])
.documented_at("https://developer.webex.com/docs/api/guides/webhooks");
