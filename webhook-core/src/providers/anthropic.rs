use crate::provider::{Parameter, Provider};
use crate::providers::standard_webhooks::standard;

/// Anthropic (Claude platform) webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS). Anthropic's SDKs pass deliveries to the Standard
/// Webhooks library.
///
/// * The event type is `/data/type`, such as `session.created`; `/type` is always `event`. `/id` in
///   the body also names the event.
///
/// Source: <https://platform.claude.com/docs/en/api/go/beta/webhooks/unwrap> and
/// anthropics/anthropic-sdk-typescript (`beta/webhooks.ts`).
pub const ANTHROPIC: Provider = standard("anthropic")
    .type_at(&["/data/type"])
    .configured_by(&[Parameter::secret("signing_secret")])
    .documented_at("https://platform.claude.com/docs/en/api/go/beta/webhooks/unwrap");
