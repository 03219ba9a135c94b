use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::provider::{Part, Provider, Scheme};

/// Cal.com webhooks.
///
/// `X-Cal-Signature-256` is a hex HMAC-SHA-256 over the body. The secret is the one typed into the
/// webhook; it is hidden once the webhook is saved.
///
/// * **Without a secret, Cal.com does not sign**, and its deliveries are refused.
/// * The signature covers no timestamp, and a delivery has no id, so the replay key comes from the
///   body, which has `/createdAt`. A custom payload template may lack it.
/// * Independent descriptions and implementations agree on this scheme. Cal.com's own page was not
///   read for it.
///
/// Source: <https://cal.com/docs/developing/guides/automation/webhooks> and
/// <https://trigger.dev/docs/webhooks/providers/cal-com>.
pub const CAL_COM: Provider = Provider::new(
    "cal-com",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-cal-signature-256")],
)
.type_at(&["/triggerEvent"])
.hints(&[(
    RejectionKind::Malformed,
    "a webhook without a secret is not signed",
)])
.documented_at("https://cal.com/docs/developing/guides/automation/webhooks");
