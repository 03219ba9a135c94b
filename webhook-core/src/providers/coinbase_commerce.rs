use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};

/// Coinbase Commerce.
///
/// `X-CC-Webhook-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the shared secret of the dashboard.
///
/// * No time is signed. The id is `/event/id`, the type `/event/type`; the outer `/id` and `/attempt_number` are those of the attempt, so
///   that a retry has another body and the same id.
/// * Retries for up to three days.
/// * Only 200 is success.
///
/// Source: <https://docs.cdp.coinbase.com/commerce/docs/webhooks-security> and coinbase-commerce-node.
pub const COINBASE_COMMERCE: Provider = Provider::new(
    "coinbase-commerce",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-cc-webhook-signature")],
)
.id_at(&["/event/id"])
.type_at(&["/event/type"])
.retries_for_secs(3 * 24 * 3600)
.succeeds_with(Success::Only200)
.configured_by(&[
    Parameter::secret("shared_secret"),
    Parameter::secret("webhook_shared_secret"),
])
.documented_at("https://docs.cdp.coinbase.com/commerce/docs/webhooks-security");
