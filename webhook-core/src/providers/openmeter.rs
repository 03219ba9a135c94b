use crate::provider::Provider;
use crate::providers::svix::svix;

/// OpenMeter webhooks.
///
/// Sent through [Svix](super::SVIX), with its headers. The secret is the signing secret of the
/// endpoint (`whsec_…`).
///
/// * The event id is `svix-id`, and the event type is `/type`.
///
/// Source: <https://openmeter.io/docs/guides/webhooks> (read on 2026-11-29).
pub const OPENMETER: Provider =
    svix("openmeter").documented_at("https://openmeter.io/docs/guides/webhooks");
