use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Orb webhooks.
///
/// `X-Orb-Signature: v1=<hex> v1=<hex>` is an HMAC-SHA-256 over `v1:`, the timestamp in
/// `X-Orb-Timestamp`, a colon and the body. The timestamp has the form `2024-03-27T15:42:29.551`
/// and is in UTC, without a zone. Only `v1` counts, and any entry may match.
///
/// * The tolerance is 300 s in both directions, as in Orb's SDK.
/// * The event id is `/id`, and the event type is `/type`.
///
/// Source: <https://docs.withorb.com/integrations-and-exports/webhooks> and orb-node's tests.
pub const ORB: Provider = Provider::new(
    "orb",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[
            Part::Literal("v1:"),
            Part::Time,
            Part::Literal(":"),
            Part::Body,
        ],
    )
    .in_header("x-orb-signature")
    .pairs(b' ', "v1")
    .time_in_header("x-orb-timestamp", TimeUnit::Rfc3339WithoutZone)],
)
.id_at(&["/id"])
.type_at(&["/type"])
.documented_at("https://docs.withorb.com/integrations-and-exports/webhooks");
