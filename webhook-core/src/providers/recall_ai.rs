use crate::provider::{Parameter, Provider};
use crate::providers::svix::both;

/// Recall.ai webhooks and callbacks.
///
/// [Svix](super::SVIX) with either family of header names: `webhook-…` for the secret of the
/// workspace, `svix-…` for endpoints of workspaces from before December 2025. The secret is a
/// `whsec_…` of the dashboard.
///
/// * **Without a workspace secret nothing is signed**: create one in the dashboard. A workspace
///   from before December 2025 has another secret for each endpoint of bot status events: configure
///   both.
/// * A `GET` or a WebSocket is signed over an empty body. Only `POST` is accepted here.
/// * The event type is `/event`, such as `bot.done`.
/// * Events of bots are sent by Svix, with its retries.
///
/// Source: <https://docs.recall.ai/docs/authenticating-requests-from-recallai> (read on
/// 2026-11-30).
pub const RECALL_AI: Provider = both("recall-ai")
    .with_aliases(&["recall"])
    .type_at(&["/event"])
    .configured_by(&[Parameter::secret("verification_secret")])
    .documented_at("https://docs.recall.ai/docs/authenticating-requests-from-recallai");
