use crate::crypto::Algorithm;
use crate::provider::{Coverage, Identity, Part, Provider, Scheme, Success};
use crate::verify::custom::form_field::{FormField, Place};

/// Gitea and Forgejo.
///
/// `X-Gitea-Signature`: hexadecimal, HMAC-SHA-256 over the JSON payload. The same is sent under other names, which are not looked
/// at. Without a secret the header is empty, and refused.
///
/// * **Set the hook to `application/json`.** As a form, only the field `payload` is signed and not the body; that is refused here, and
///   [`GITEA_FORM`] is for it.
/// * No time is signed; id (`X-Gitea-Delivery`) and type (`X-Gitea-Event`) are unsigned headers.
///   Equal bodies report different events, so a delivery is known by its content and that id, of
///   which one content has at most 64. There are no retries.
/// * Any 2xx is success.
///
/// Source: <https://docs.gitea.com/usage/webhooks> and Gitea's `services/webhook/deliver.go`, the sender.
pub const GITEA: Provider = Provider::new(
    "gitea",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-gitea-signature")],
)
.with_aliases(&["forgejo"])
.id_in_headers(&["x-gitea-delivery"])
.type_in_headers(&["x-gitea-event"])
.succeeds_with(Success::Any2xx)
.identified_by(
    Identity::labels(&["x-gitea-delivery"], 64),
    "equal bodies report different events, such as a collaborator who is added again",
)
.documented_at("https://docs.gitea.com/usage/webhooks");

/// Gitea and Forgejo, with the content type of a form: as [`GITEA`], over the field `payload`, decoded.
///
/// * The rest of the form is not signed. The event is what [`Delivery::payload`](crate::Delivery::payload) has. Prefer JSON.
/// * A delivery is known by its payload and its id (`X-Gitea-Delivery`), as one of [`GITEA`].
///
/// Source: Gitea's `services/webhook/deliver.go`, the sender.
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
.succeeds_with(Success::Any2xx)
.identified_by(
    Identity::labels(&["x-gitea-delivery"], 64),
    "equal bodies report different events, such as a collaborator who is added again",
)
.documented_at("https://docs.gitea.com/usage/webhooks");
