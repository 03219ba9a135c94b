use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success};

/// GitHub webhooks of repositories, organisations, apps and the marketplace.
///
/// `X-Hub-Signature-256: sha256=<hex>` is an HMAC-SHA-256 over the body, whatever its content type.
/// The older `X-Hub-Signature` (SHA-1) is ignored. The secret is the one that the settings of the
/// webhook, or of the app, were given.
///
/// * The signature covers no timestamp. The id (`X-GitHub-Delivery`) and the type
///   (`X-GitHub-Event`) are unsigned headers. Equal inputs of `workflow_dispatch` and
///   `repository_dispatch` make equal bodies. So the replay key comes from the body and that id,
///   with at most 64 ids for one body. It is kept for 30 days.
/// * GitHub waits 10 s for an answer and does not retry by itself. A manual redelivery has the same
///   id and the same bytes. It is a duplicate if the first delivery was handled.
/// * GitHub's default content type is a form whose field `payload` is JSON, which
///   [`Delivery::payload`](crate::Delivery::payload) returns. The form is what is signed.
/// * Payloads may reach 25 MB, and so does the limit here. Lower it if your events are small.
/// * Any 2xx is success.
///
/// Source: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>.
pub const GITHUB: Provider = Provider::new(
    "github",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-hub-signature-256")
        .prefix("sha256=")],
)
.id_in_headers(&["x-github-delivery"])
.type_in_headers(&["x-github-event"])
.action_at("/action")
.answers_within_millis(10_000)
.unwraps_form("payload")
.body_limit(25 * 1024 * 1024)
.succeeds_with(Success::Any2xx)
.identified_by(
    Identity::labels(&["x-github-delivery"], 64),
    "equal inputs make equal bodies (`workflow_dispatch`, `repository_dispatch`), \
     and so does a member that is added, removed and added again",
)
.configured_by(&[
    Parameter::secret("webhook_secret"),
    Parameter::identifier("app_id"),
    Parameter::identifier("client_id"),
])
.documented_at("https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries");
