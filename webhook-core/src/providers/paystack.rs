use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};

/// Paystack.
///
/// `x-paystack-signature`: hexadecimal, HMAC-SHA-512 over the body. The key is the API secret key (`sk_live_…`,
/// `sk_test_…`).
///
/// * No time is signed and events have no id: `/data/id` is the transaction's, which has several events. Deliveries are
///   told apart by their content.
/// * This is what many independent implementations agree on; Paystack's own page was not read for it.
/// * Only 200 is success.
///
/// Source: <https://paystack.com/docs/payments/webhooks/>.
pub const PAYSTACK: Provider = Provider::new(
    "paystack",
    &[Scheme::hmac(Algorithm::HmacSha512, &[Part::Body]).in_header("x-paystack-signature")],
)
.type_at(&["/event"])
.succeeds_with(Success::Only200)
.configured_by(&[
    Parameter::secret("secret_key"),
    Parameter::identifier("public_key"),
])
.documented_at("https://paystack.com/docs/payments/webhooks/");
