use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme};

/// Attio webhooks.
///
/// `Attio-Signature` is a hex HMAC-SHA-256 over the body. The secret is returned when the webhook
/// is created. The older header `X-Attio-Signature` has the same value and is ignored.
///
/// * The signature covers no timestamp, and an event only names what has changed. `Idempotency-Key`
///   is unsigned and stays the same over retries. The replay key comes from the body and that key,
///   with at most 64 keys for one body.
/// * The event type is `/events/0/event_type`.
///
/// Source: <https://docs.attio.com/rest-api/guides/webhooks> (read on 2026-11-29).
pub const ATTIO: Provider = Provider::new(
    "attio",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("attio-signature")],
)
.id_in_headers(&["idempotency-key"])
.type_at(&["/events/0/event_type"])
.identified_by(
    Identity::labels(&["idempotency-key"], 64),
    "two updates of one record by one actor have equal bodies",
)
.documented_at("https://docs.attio.com/rest-api/guides/webhooks");
