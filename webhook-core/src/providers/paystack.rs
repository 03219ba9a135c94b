use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};

/// Paystack webhooks.
///
/// `x-paystack-signature` is a hex HMAC-SHA-512 over the body. The secret is the API secret key
/// (`sk_live_…`, `sk_test_…`).
///
/// * The signature covers no timestamp, and events have no id. `/data/id` names the transaction,
///   which has several events. So the replay key comes from the body.
/// * Many independent implementations agree on this scheme. Paystack's own page was not read for
///   it.
/// * Only 200 is success. Paystack retries for 72 hours, in the end once an hour.
///
/// Source: <https://paystack.com/docs/payments/webhooks/>.
pub const PAYSTACK: Provider = Provider::new(
    "paystack",
    &[Scheme::hmac(Algorithm::HmacSha512, &[Part::Body]).in_header("x-paystack-signature")],
)
.type_at(&["/event"])
.retries_for_secs(72 * 3600)
.succeeds_with(Success::Only200)
.configured_by(&[
    Parameter::secret("secret_key"),
    Parameter::identifier("public_key"),
])
.documented_at("https://paystack.com/docs/payments/webhooks/");
