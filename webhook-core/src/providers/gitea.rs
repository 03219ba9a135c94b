use crate::crypto::Algorithm;
use crate::provider::{Coverage, Identity, Part, Provider, Scheme, Success};
use crate::verify::custom::form_field::{FormField, Place};

/// Gitea and Forgejo webhooks.
///
/// `X-Gitea-Signature` is a hex HMAC-SHA-256 over the JSON payload. The same tag arrives under
/// other header names, which are ignored. Without a secret the header is empty, and the delivery is
/// refused.
///
/// * **Set the content type of the webhook to `application/json`.** In a form, the signature covers
///   only the field `payload`, not the body. A form is refused here; use [`GITEA_FORM`] for it.
/// * The signature covers no timestamp. The id (`X-Gitea-Delivery`) and the type (`X-Gitea-Event`)
///   are unsigned headers. Equal bodies report different events. So the replay key comes from the
///   body and that id, with at most 64 ids for one body. Gitea does not retry.
/// * Any 2xx is success.
///
/// Source: <https://docs.gitea.com/usage/webhooks> and Gitea's `services/webhook/deliver.go`, the
/// sender's code.
pub const GITEA: Provider = Provider::new(
    "gitea",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-gitea-signature")],
)
.with_aliases(&["forgejo"])
.id_in_headers(&["x-gitea-delivery"])
.type_in_headers(&["x-gitea-event"])
.action_at("/action")
.succeeds_with(Success::Any2xx)
.identified_by(
    Identity::labels(&["x-gitea-delivery"], 64),
    "equal bodies report different events, for example when a collaborator is added again",
)
.documented_at("https://docs.gitea.com/usage/webhooks");

/// Gitea and Forgejo webhooks with the content type of a form: like [`GITEA`], but over the field
/// `payload`, decoded.
///
/// * The signature does not cover the rest of the form.
///   [`Delivery::payload`](crate::Delivery::payload) returns the event. Prefer JSON.
/// * The replay key comes from the payload and the id (`X-Gitea-Delivery`), as in [`GITEA`].
///
/// Source: Gitea's `services/webhook/deliver.go`, the sender's code.
pub const GITEA_FORM: Provider = Provider::new(
    "gitea-form",
    &[Scheme::with_code(
        &FormField {
            field: "payload",
            tag: Place::Header("x-gitea-signature"),
            holds_event: true,
        },
        Coverage {
            values: true,
            ..Coverage::NONE
        },
        "`payload` of the form (HMAC-SHA-256)",
    )
    .in_header("x-gitea-signature")],
)
.id_in_headers(&["x-gitea-delivery"])
.type_in_headers(&["x-gitea-event"])
.action_at("/action")
.succeeds_with(Success::Any2xx)
.identified_by(
    Identity::labels(&["x-gitea-delivery"], 64),
    "equal bodies report different events, for example when a collaborator is added again",
)
.documented_at("https://docs.gitea.com/usage/webhooks");
