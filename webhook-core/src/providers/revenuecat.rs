use crate::provider::{Parameter, Provider, Scheme, Success};

/// RevenueCat webhooks.
///
/// The `Authorization` header is exactly the value configured for the webhook. **Nothing is
/// signed**: the value only identifies the sender.
///
/// * The event id is `/event/id`, and the event type is `/event/type`.
/// * Only 200 is success. RevenueCat waits 60 s for an answer and retries after 5, 10, 20, 40 and
///   80 min.
///
/// Source: <https://www.revenuecat.com/docs/integrations/webhooks>.
pub const REVENUECAT: Provider =
    Provider::new("revenuecat", &[Scheme::token().in_header("authorization")])
        .id_at(&["/event/id"])
        .type_at(&["/event/type"])
        .answers_within_millis(60_000)
        .retries_for_secs(155 * 60)
        .succeeds_with(Success::Only200)
        .configured_by(&[Parameter::secret("authorization")])
        .documented_at("https://www.revenuecat.com/docs/integrations/webhooks");
