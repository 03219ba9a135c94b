use super::standard_webhooks::standard;
use crate::{KeyFormat, Provider};

/// OpenAI.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), but the key of a secret without `whsec_` is its text: base64 is only decoded behind that
/// prefix.
///
/// * The id is `webhook-id` (`wh_…`); the body's `/id` (`evt_…`) is another name for the same event.
///
/// Source: <https://platform.openai.com/docs/guides/webhooks>, openai 6.49.0 and openai-python's tests.
pub const OPENAI: Provider = standard("openai")
    .key_format(KeyFormat::WhsecOrUtf8)
    .documented_at("https://platform.openai.com/docs/guides/webhooks");
