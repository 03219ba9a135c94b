use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme};

/// CircleCI.
///
/// `circleci-signature: v1=<hex>,…`, HMAC-SHA-256 over the body. Only `v1` counts; entries of other versions are ignored.
///
/// * No time is signed and the type (`circleci-event-type`) is an unsigned header. `/id` is shown as a label; deliveries are told
///   apart by their content.
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
