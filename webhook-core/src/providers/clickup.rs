use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme};

/// ClickUp webhooks.
///
/// `X-Signature` is a hex HMAC-SHA-256 over the body. The secret is the `webhook.secret` that the
/// API returns when the webhook is created.
///
/// * The signature covers no timestamp. `/webhook_id` names the webhook, so the replay key comes
///   from the body, whose history items have ids and times. The event type is `/event`.
///
/// Source: <https://developer.clickup.com/docs/webhooksignature> (read on 2026-11-29).
pub const CLICKUP: Provider = Provider::new(
    "clickup",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-signature")],
)
.type_at(&["/event"])
.documented_at("https://developer.clickup.com/docs/webhooksignature");
