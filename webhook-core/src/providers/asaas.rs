use crate::provider::{Parameter, Provider, Questions, Scheme, Success};

/// Asaas webhooks.
///
/// `asaas-access-token` is the token set for the webhook. **Nothing is signed**: the token only
/// identifies the sender. An account may have no token. Its deliveries cannot be verified, and no
/// endpoint can be built for it.
///
/// * The event id is `/id` (`evt_…`), which Asaas documents as the same for the same event. The
///   event type is `/event`.
/// * Only 200 is success. Asaas keeps undelivered events for 14 days. 15 failures in a row pause
///   the queue.
/// * The transfer-authorisation webhook uses the same header, but its answer decides about money.
///   Give it a separate route. It waits for an answer, so a duplicate of it runs again.
///
/// Source: <https://docs.asaas.com/docs/sobre-os-webhooks>.
pub const ASAAS: Provider =
    Provider::new("asaas", &[Scheme::token().in_header("asaas-access-token")])
        .id_at(&["/id"])
        .type_at(&["/event"])
        .asks(Questions::With(&["/transfer/id", "/bill/id"]))
        .retries_for_secs(14 * 24 * 3600)
        .succeeds_with(Success::Only200)
        .configured_by(&[Parameter::secret("auth_token")])
        .documented_at("https://docs.asaas.com/docs/sobre-os-webhooks");
