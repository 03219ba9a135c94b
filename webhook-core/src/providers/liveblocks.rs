use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;

/// Liveblocks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), tolerance 300 s to both sides as in Liveblocks' SDK.
///
/// Source: <https://liveblocks.io/docs/platform/webhooks> and @liveblocks/node (`webhooks.ts`).
pub const LIVEBLOCKS: Provider =
    standard("liveblocks").documented_at("https://liveblocks.io/docs/platform/webhooks");
