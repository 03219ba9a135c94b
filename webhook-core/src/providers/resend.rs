use crate::provider::Provider;
use crate::providers::svix::svix;

/// Resend webhooks.
///
/// [Svix](super::SVIX) with the header names `svix-id`, `svix-timestamp` and `svix-signature`.
/// During a rotation, both secrets sign.
///
/// * Resend retries after 5 s, 5 min, 30 min, 2 h, 5 h and 10 h.
///
/// Source: <https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests> and resend 6.38.0.
pub const RESEND: Provider = svix("resend")
    .retries_for_secs(18 * 3600)
    .documented_at("https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests");
