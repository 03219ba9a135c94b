use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme};

/// LaunchDarkly webhooks.
///
/// `X-LD-Signature` is a hex HMAC-SHA-256 over the body. The secret is the one of the webhook.
///
/// * **A webhook without a secret is not signed** and is refused.
/// * The signature covers no timestamp. The body is an entry of the audit log with its time, so the
///   replay key comes from the body. The event type is `/kind`.
/// * Independent descriptions and implementations agree on this scheme. LaunchDarkly's own page was
///   not read for it.
///
/// Source: <https://launchdarkly.com/docs/home/infrastructure/webhooks>.
pub const LAUNCHDARKLY: Provider = Provider::new(
    "launchdarkly",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-ld-signature")],
)
.type_at(&["/kind"])
.documented_at("https://launchdarkly.com/docs/home/infrastructure/webhooks");
