use crate::provider::{Parameter, Provider, Scheme};

/// Figma.
///
/// The field `/passcode` of the body is the passcode of the webhook. **Nothing is signed**: it says who sent the request, to all who can
/// read one.
///
/// * Events have no id (`/webhook_id` is the hook's) and are told apart by their content. The type is `/event_type`; `PING` comes
///   when the hook is made.
///
/// Source: <https://developers.figma.com/docs/rest-api/webhooks/> and @figma/rest-api-spec 0.43.0.
pub const FIGMA: Provider = Provider::new("figma", &[Scheme::token().in_body("/passcode")])
    .type_at(&["/event_type"])
    .configured_by(&[Parameter::secret("passcode")])
    .documented_at("https://developers.figma.com/docs/rest-api/webhooks/");
