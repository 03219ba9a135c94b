use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme};

/// Juniper Mist webhooks.
///
/// `X-Mist-Signature-v2` is a hex HMAC-SHA-256 over the body. The secret is the one of the webhook.
/// The older `X-Mist-Signature` (SHA-1) is ignored.
///
/// * **A webhook without a secret is not signed** and is refused.
/// * The signature covers no timestamp. A delivery is a batch, and its events have times, so the
///   replay key comes from the body. The event type is `/topic`.
/// * Independent descriptions and implementations agree on this scheme. Juniper's own page was not
///   read for it.
///
/// Source: <https://www.juniper.net/documentation/us/en/software/mist/automation-integration/>.
pub const JUNIPER_MIST: Provider = Provider::new(
    "juniper-mist",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-mist-signature-v2")],
)
.with_aliases(&["mist"])
.type_at(&["/topic"])
.documented_at("https://www.juniper.net/documentation/us/en/software/mist/automation-integration/");
