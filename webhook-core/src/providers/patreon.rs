use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme};

/// Patreon webhooks.
///
/// `X-Patreon-Signature` is a hex HMAC-MD5 over the body; Patreon offers no stronger hash. The
/// secret is the webhook's secret.
///
/// * The signature covers no timestamp, events have no id, and the event type (`X-Patreon-Event`)
///   is an unsigned header. One body may arrive under several types. So the replay key comes from
///   the body and the type, with at most 16 types for one body.
/// * Patreon retries after an hour, 3 hours, a day, 3 days and then three times after a week.
///
/// Source: <https://docs.patreon.com/#webhooks>.
pub const PATREON: Provider = Provider::new(
    "patreon",
    &[Scheme::hmac(Algorithm::HmacMd5, &[Part::Body]).in_header("x-patreon-signature")],
)
.type_in_headers(&["x-patreon-event"])
.identified_by(
    Identity::labels(&["x-patreon-event"], 16),
    "one body arrives under several triggers",
)
.retries_for_secs(604 * 3600)
.documented_at("https://docs.patreon.com/#webhooks");
