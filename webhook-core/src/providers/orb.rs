use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Orb.
///
/// `X-Orb-Signature: v1=<hex> v1=<hex>`, HMAC-SHA-256 over `v1:`, the time of `X-Orb-Timestamp`, a colon and the body. The time is
/// `2024-03-27T15:42:29.551`, UTC without saying so. Only `v1` counts, and any may match.
///
/// * Tolerance 300 s to both sides, as in Orb's SDK.
/// * The id is `/id`, the type `/type`.
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
