use crate::provider::{Parameter, Provider, Scheme, Success};

/// GitLab webhooks with a secret token.
///
/// `X-Gitlab-Token` is the token of the webhook. **Nothing is signed**: the token only identifies
/// the sender. If your GitLab (19.0 or later) offers a signing token, prefer it.
///
/// * The id (`Idempotency-Key`) and the type (`X-Gitlab-Event`) are headers. Older versions send
///   the id as `X-Gitlab-Event-UUID`, which recursive webhooks share. The replay key comes from the
///   body and these ids. The token authenticates the ids like the rest of the request.
/// * GitLab waits 10 s for an answer. It disables webhooks that keep answering 4xx or 5xx.
/// * Any 2xx is success.
///
/// Source: <https://docs.gitlab.com/user/project/integrations/webhooks/>.
pub const GITLAB_TOKEN: Provider = Provider::new(
    "gitlab-token",
    &[Scheme::token().in_header("x-gitlab-token")],
)
.with_aliases(&["gitlab"])
.id_in_headers(&["idempotency-key", "x-gitlab-event-uuid"])
.type_in_headers(&["x-gitlab-event"])
.action_at("/object_attributes/action")
.answers_within_millis(10_000)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("token"),
    Parameter::secret("secret_token"),
])
.documented_at("https://docs.gitlab.com/user/project/integrations/webhooks/");
