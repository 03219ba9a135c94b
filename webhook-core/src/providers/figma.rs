use crate::provider::{Parameter, Provider, Scheme};

/// Figma webhooks.
///
/// The field `/passcode` of the body is the passcode of the webhook. **Nothing is signed**: the
/// passcode only identifies the sender, and anyone who can read a delivery learns it.
///
/// * Events have no id (`/webhook_id` names the webhook), so the replay key comes from the body.
///   The event type is `/event_type`. Figma sends `PING` when the webhook is created.
///
/// Source: <https://developers.figma.com/docs/rest-api/webhooks/> and @figma/rest-api-spec 0.43.0.
pub const FIGMA: Provider = Provider::new("figma", &[Scheme::token().in_body("/passcode")])
    .type_at(&["/event_type"])
    .configured_by(&[Parameter::secret("passcode")])
    .documented_at("https://developers.figma.com/docs/rest-api/webhooks/");
