use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success};

/// Razorpay.
///
/// `X-Razorpay-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the webhook secret; after a change, retries of older events are
/// still signed with the old one, so give both.
///
/// * No time is signed, and the id (`x-razorpay-event-id`) is an unsigned header: deliveries are told apart by their content. The type is
///   `/event`.
/// * 5 s to answer; retries for 24 hours, then the webhook is disabled.
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
    "the body carries the time of the event and the object",
)
.configured_by(&[
    Parameter::secret("webhook_secret"),
    Parameter::identifier("key_id"),
])
.documented_at("https://razorpay.com/docs/webhooks/validate-test/");
