use crate::provider::{Parameter, Provider, Scheme, Success};

/// GitLab with a secret token.
///
/// `X-Gitlab-Token` is the token of the hook. **Nothing is signed**: the token says who sent the request. Where your
/// GitLab (19.0 or later) offers a signing token, that is the better choice.
///
/// * Id (`Idempotency-Key`, or the `X-Gitlab-Event-UUID` of older versions, which recursive hooks
///   share) and type (`X-Gitlab-Event`) are headers. A delivery is known by its content and these
///   ids, for which the token vouches as for the rest.
/// * 10 s to answer. Hooks that keep answering 4xx or 5xx are disabled.
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
.answers_within_millis(10_000)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("token"),
    Parameter::secret("secret_token"),
])
.documented_at("https://docs.gitlab.com/user/project/integrations/webhooks/");
