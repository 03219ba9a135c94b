use crate::provider::Provider;
use crate::providers::svix::svix;

/// Goody webhooks.
///
/// Sent through [Svix](super::SVIX), with its headers. The secret is the signing secret of the
/// endpoint (`whsec_…`).
///
/// * The event id is `svix-id`, and the event type is `/type`.
///
/// Source: <https://developer.ongoody.com/webhooks/webhook-security> (read on 2026-11-29).
pub const GOODY: Provider =
    svix("goody").documented_at("https://developer.ongoody.com/webhooks/webhook-security");
