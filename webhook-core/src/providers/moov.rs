use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Moov webhooks.
///
/// `X-Signature` is a hex HMAC-SHA-512 over the timestamp in `X-Timestamp` (RFC 3339), `X-Nonce`
/// and `X-Webhook-ID`, joined by `|`.
///
/// * **The signature does not cover the body.** Fetch the object from the API, and trust nothing
///   else: `/eventID` and `/type` are only labels. The replay key comes from the signed message.
/// * Moov documents no tolerance. The default is 300 s in both directions.
///
/// Source: <https://docs.moov.io/guides/webhooks/check-webhook-signatures/>.
pub const MOOV: Provider = Provider::new(
    "moov",
    &[Scheme::hmac(
        Algorithm::HmacSha512,
        &[
            Part::Time,
            Part::Literal("|"),
            Part::Header("x-nonce"),
            Part::Literal("|"),
            Part::Header("x-webhook-id"),
        ],
    )
    .in_header("x-signature")
    .time_in_header("x-timestamp", TimeUnit::Rfc3339)],
)
.id_at(&["/eventID"])
.type_at(&["/type"])
.identified_by(
    Identity::Content,
    "the signed nonce is issued for one delivery; the body is not covered",
)
.documented_at("https://docs.moov.io/guides/webhooks/check-webhook-signatures/");
