use crate::{Algorithm, Part, Provider, Scheme};

/// Gitea and Forgejo.
///
/// `X-Gitea-Signature`: hexadecimal, HMAC-SHA-256 over the JSON payload. The same is sent under other names, which are not looked
/// at. Without a secret the header is empty, and refused.
///
/// * **Set the hook to `application/json`.** As a form, only the field `payload` is signed and not the body; that is refused.
/// * No time is signed; id (`X-Gitea-Delivery`) and type (`X-Gitea-Event`) are unsigned headers. Deliveries are told apart by
///   their content. There are no retries.
///
/// Source: <https://docs.gitea.com/usage/webhooks> and Gitea's `services/webhook/deliver.go`, the sender.
pub const GITEA: Provider = Provider::new(
    "gitea",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-gitea-signature")],
)
.aliases(&["forgejo"])
.id_in_headers(&["x-gitea-delivery"])
.type_in_headers(&["x-gitea-event"])
.documented_at("https://docs.gitea.com/usage/webhooks");
