use crate::provider::{Provider, Scheme, Success};

/// Chargebee webhooks.
///
/// Chargebee sends HTTP Basic authentication with the user name and password set for the webhook.
/// **Nothing is signed**: the credentials only identify the sender.
///
/// * The event id is `/id` (`ev_…`), and the event type is `/event_type`. Chargebee retries up to
///   seven times, the last time after three days and seven hours.
/// * Any 2xx is success.
///
/// Source: <https://www.chargebee.com/docs/billing/2.0/site-configuration/webhook_settings> and the
/// npm package chargebee.
pub const CHARGEBEE: Provider = Provider::new("chargebee", &[Scheme::basic()])
    .id_at(&["/id"])
    .type_at(&["/event_type"])
    .retries_for_secs(79 * 3600)
    .succeeds_with(Success::Any2xx)
    .documented_at(
        "https://www.chargebee.com/docs/billing/2.0/site-configuration/webhook_settings",
    );
