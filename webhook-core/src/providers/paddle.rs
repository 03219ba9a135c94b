use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Paddle Billing webhooks.
///
/// `Paddle-Signature: ts=<seconds>;h1=<hex>` is an HMAC-SHA-256 over `ts`, a colon and the body.
/// The secret is the whole `pdl_ntfset_…` text. During a rotation there are several `h1`, and any
/// may match. Paddle's SDKs disagree about several `h1` and about unknown pairs. Unknown pairs are
/// ignored here.
///
/// * The tolerance is 5 s in the past, as in Paddle's SDKs, and 300 s in the future, which the SDKs
///   do not check. **Keep the clock right, or widen the tolerance** with
///   [`tolerance`](crate::EndpointBuilder::tolerance).
/// * The event id is `/event_id`; `/notification_id` names the delivery. The event type is
///   `/event_type`.
/// * Only 200 within 5 s is success. Paddle retries 60 times over three days.
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
