use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme};

/// CircleCI webhooks.
///
/// `circleci-signature: v1=<hex>,…` is an HMAC-SHA-256 over the body. Only `v1` counts; entries of
/// other versions are ignored.
///
/// * The signature covers no timestamp. The event type (`circleci-event-type`) is an unsigned
///   header. `/id` is reported as a label; the replay key comes from the body.
///
/// Source: <https://circleci.com/docs/outbound-webhooks/>.
pub const CIRCLECI: Provider = Provider::new(
    "circleci",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("circleci-signature")
        .pairs(b',', "v1")],
)
.id_at(&["/id"])
.identified_by(
    Identity::Content,
    "the body carries the id and the time of the event",
)
.type_in_headers(&["circleci-event-type"])
.documented_at("https://circleci.com/docs/outbound-webhooks/");
