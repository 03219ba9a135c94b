use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Moov.
///
/// `X-Signature`: hexadecimal, HMAC-SHA-512 over the time of `X-Timestamp` (RFC 3339), `X-Nonce` and `X-Webhook-ID`, with `|` between.
///
/// * **The body is not signed.** Fetch what it is about from the API, and believe nothing else: `/eventID` and `/type` are only labels.
///   Deliveries are told apart by what is signed.
/// * No tolerance is documented; 300 s to both sides here.
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
    "the signed nonce is made for one delivery; the body is not signed",
)
.documented_at("https://docs.moov.io/guides/webhooks/check-webhook-signatures/");
