use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};

/// Coinbase Commerce webhooks.
///
/// `X-CC-Webhook-Signature` is a hex HMAC-SHA-256 over the body. The secret is the shared secret of
/// the dashboard.
///
/// * The signature covers no timestamp. The event id is `/event/id`, and the event type is
///   `/event/type`. The outer `/id` and `/attempt_number` belong to the attempt, so a retry has
///   another body and the same event id.
/// * Coinbase Commerce retries for up to three days.
/// * Only 200 is success.
///
/// Source: <https://docs.cdp.coinbase.com/commerce/docs/webhooks-security> and
/// coinbase-commerce-node.
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
