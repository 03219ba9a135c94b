use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Paddle Billing.
///
/// `Paddle-Signature: ts=<seconds>;h1=<hex>`, HMAC-SHA-256 over `ts`, a colon and the body. The key is the whole `pdl_ntfset_…`. While a
/// secret is rotated there are several `h1`, and any may match; Paddle's SDKs disagree about them and about unknown pairs, which are
/// ignored here.
///
/// * Tolerance 5 s to the past, as in Paddle's SDKs, and 300 s to the future, which they do not look at. **Keep the clock right, or
///   widen it** with [`tolerance`](crate::EndpointBuilder::tolerance).
/// * The id is `/event_id`; `/notification_id` is that of the delivery. The type is `/event_type`.
/// * Only 200 within 5 s is success; 60 retries over three days.
///
/// Source: <https://developer.paddle.com/webhooks/signature-verification> and Paddle's SDKs.
pub const PADDLE: Provider = Provider::new(
    "paddle",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal(":"), Part::Body],
    )
    .in_header("paddle-signature")
    .pairs(b';', "h1")
    .time_in_pair("ts", TimeUnit::Seconds)
    .tolerance_secs(5, 300)],
)
.id_at(&["/event_id"])
.type_at(&["/event_type"])
.answers_within_millis(5_000)
.retries_for_secs(3 * 24 * 3600)
.succeeds_with(Success::Only200)
.configured_by(&[
    Parameter::secret("endpoint_secret_key"),
    Parameter::secret("secret_key"),
    Parameter::identifier("seller_id"),
])
.documented_at("https://developer.paddle.com/webhooks/signature-verification");
