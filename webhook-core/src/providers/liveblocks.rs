use crate::provider::Provider;
use crate::providers::standard_webhooks::standard;

/// Liveblocks webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS) with a tolerance of 300 s in both directions, as
/// in Liveblocks' SDK.
///
/// Source: <https://liveblocks.io/docs/platform/webhooks> and @liveblocks/node (`webhooks.ts`).
pub const LIVEBLOCKS: Provider =
    standard("liveblocks").documented_at("https://liveblocks.io/docs/platform/webhooks");
