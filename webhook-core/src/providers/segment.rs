use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme};

/// Twilio Segment's webhook destinations, with a shared secret.
///
/// `X-Signature` is a hex HMAC-SHA-1 over the body. The secret is the shared secret of the
/// destination's settings.
///
/// * **A destination without that secret signs nothing** and is refused.
/// * The method is `POST`, `PUT` or `PATCH`, as the mapping says.
/// * The signature covers no timestamp. `/messageId` names the call, which several mappings may
///   send. So the replay key comes from the body. The event type is `/type`, such as `track`.
///
/// Source: <https://www.twilio.com/docs/segment/connections/destinations/catalog/actions-webhook>
/// (read on 2026-11-30).
pub const SEGMENT: Provider = Provider::new(
    "segment",
    &[Scheme::hmac(Algorithm::HmacSha1, &[Part::Body]).in_header("x-signature")],
)
.with_methods(&["POST", "PUT", "PATCH"])
.id_at(&["/messageId"])
.identified_by(
    Identity::Content,
    "`/messageId` names the call, which several mappings may send",
)
.type_at(&["/type"])
.documented_at(
    "https://www.twilio.com/docs/segment/connections/destinations/catalog/actions-webhook",
);
