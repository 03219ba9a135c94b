use crate::provider::{Parameter, Provider, Success};
use crate::providers::standard_webhooks::standard;
use crate::secret::KeyFormat;

/// OpenAI webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), but a secret without `whsec_` is used as text.
/// Base64 is only decoded after that prefix.
///
/// * The event id is `webhook-id` (`wh_…`). The body's `/id` (`evt_…`) is another name for the same
///   event.
/// * Any 2xx within 20 s is success. This was read in third-party descriptions.
///
/// Source: <https://platform.openai.com/docs/guides/webhooks>, openai 6.49.0 and openai-python's
/// tests.
pub const OPENAI: Provider = standard("openai")
    .with_key_format(KeyFormat::WhsecOrUtf8)
    .answers_within_millis(20_000)
    .succeeds_with(Success::Any2xx)
    .configured_by(&[
        Parameter::secret("signing_secret"),
        Parameter::secret("webhook_secret"),
        Parameter::identifier("organization_id"),
        Parameter::identifier("project_id"),
    ])
    .documented_at("https://platform.openai.com/docs/guides/webhooks");
