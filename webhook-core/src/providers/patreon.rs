use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme};

/// Patreon.
///
/// `X-Patreon-Signature`: hexadecimal, HMAC-MD5 over the body; Patreon knows nothing better. The key is the webhook's secret.
///
/// * No time is signed, events have no id, and the type (`X-Patreon-Event`) is an unsigned header.
///   One body may come under several types, so a delivery is known by its content and type, of
///   which one content has at most 16.
/// * Retries after an hour, 3 hours, a day, 3 days and three times a week.
///
/// Source: <https://docs.patreon.com/#webhooks>.
pub const PATREON: Provider = Provider::new(
    "patreon",
    &[Scheme::hmac(Algorithm::HmacMd5, &[Part::Body]).in_header("x-patreon-signature")],
)
.type_in_headers(&["x-patreon-event"])
.identified_by(
    Identity::labels(&["x-patreon-event"], 16),
    "one body comes under several triggers",
)
.retries_for_secs(604 * 3600)
.documented_at("https://docs.patreon.com/#webhooks");
