use crate::provider::Provider;
use crate::providers::svix::svix;

/// Resend.
///
/// [Svix](super::SVIX) under the names `svix-id`, `svix-timestamp` and `svix-signature`. While a secret is rotated, both sign.
///
/// * Retries after 5 s, 5 min, 30 min, 2 h, 5 h and 10 h.
///
/// Source: <https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests> and resend 6.38.0.
pub const RESEND: Provider = svix("resend")
    .retries_for_secs(18 * 3600)
    .documented_at("https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests");
