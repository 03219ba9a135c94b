use crate::provider::{Parameter, Provider, Success};
use crate::providers::standard_webhooks::standard;

/// GitLab with a signing token (19.0 or later).
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS); the token is `whsec_` and 32 bytes in base64. An `X-Gitlab-Token` beside it counts for
/// nothing here: without a signature a delivery is refused.
///
/// * The id is `webhook-id`, which equals `Idempotency-Key` and stays the same over retries. The type is `/object_kind`; the header
///   `X-Gitlab-Event` says it too, unsigned.
/// * 10 s to answer. Hooks that keep answering 4xx or 5xx are disabled.
/// * Any 2xx is success.
///
/// Source: <https://docs.gitlab.com/user/project/integrations/webhooks/> and GitLab's merge requests 230944 and 231325.
pub const GITLAB_SIGNING: Provider = standard("gitlab-signing")
    .with_aliases(&["gitlab-signing-token"])
    .type_at(&["/object_kind"])
    .answers_within_millis(10_000)
    .succeeds_with(Success::Any2xx)
    .configured_by(&[Parameter::secret("signing_token")])
    .documented_at("https://docs.gitlab.com/user/project/integrations/webhooks/");
