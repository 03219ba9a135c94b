use crate::provider::{Parameter, Provider};
use crate::providers::standard_webhooks::standard;

/// Anthropic (Claude platform).
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS); Anthropic's SDKs hand deliveries to that library.
///
/// * `/type` is always `event`; what happened is `/data/type` (`session.created`). The body's `/id` names the event too.
///
/// Source: <https://platform.claude.com/docs/en/api/go/beta/webhooks/unwrap> and anthropics/anthropic-sdk-typescript
/// (`beta/webhooks.ts`).
pub const ANTHROPIC: Provider = standard("anthropic")
    .type_at(&["/data/type"])
    .configured_by(&[Parameter::secret("signing_secret")])
    .documented_at("https://platform.claude.com/docs/en/api/go/beta/webhooks/unwrap");
