use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success};

/// Razorpay webhooks.
///
/// `X-Razorpay-Signature` is a hex HMAC-SHA-256 over the body. The secret is the webhook secret.
/// After a change, retries of older events are still signed with the old secret, so configure both.
///
/// * The signature covers no timestamp. The id (`x-razorpay-event-id`) is an unsigned header, so
///   the replay key comes from the body. The event type is `/event`.
/// * Razorpay waits 5 s for an answer. It retries for 24 hours, then disables the webhook.
/// * Any 2xx is success.
///
/// Source: <https://razorpay.com/docs/webhooks/validate-test/> and razorpay-python's tests.
pub const RAZORPAY: Provider = Provider::new(
    "razorpay",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-razorpay-signature")],
)
.id_in_headers(&["x-razorpay-event-id"])
.type_at(&["/event"])
.answers_within_millis(5_000)
.retries_for_secs(24 * 3600)
.succeeds_with(Success::Any2xx)
.identified_by(
    Identity::Content,
    "the body carries the timestamp of the event and the object",
)
.configured_by(&[
    Parameter::secret("webhook_secret"),
    Parameter::identifier("key_id"),
])
.documented_at("https://razorpay.com/docs/webhooks/validate-test/");
