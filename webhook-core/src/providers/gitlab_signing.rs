use crate::provider::{Parameter, Provider, Success};
use crate::providers::standard_webhooks::standard;

/// GitLab webhooks with a signing token (GitLab 19.0 or later).
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS). The token is `whsec_` and 32 bytes in base64. An
/// `X-Gitlab-Token` header is ignored: a delivery without a signature is refused.
///
/// * The event id is `webhook-id`, which equals `Idempotency-Key` and stays the same over retries.
///   The event type is `/object_kind`; the unsigned header `X-Gitlab-Event` also names it.
/// * GitLab waits 10 s for an answer. It disables webhooks that keep answering 4xx or 5xx.
/// * Any 2xx is success.
///
/// Source: <https://docs.gitlab.com/user/project/integrations/webhooks/> and GitLab's merge
/// requests 230944 and 231325.
pub const GITLAB_SIGNING: Provider = standard("gitlab-signing")
    .with_aliases(&["gitlab-signing-token"])
    .type_at(&["/object_kind"])
    .answers_within_millis(10_000)
    .succeeds_with(Success::Any2xx)
    .configured_by(&[Parameter::secret("signing_token")])
    .documented_at("https://docs.gitlab.com/user/project/integrations/webhooks/");
