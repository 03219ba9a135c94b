use crate::provider::{Parameter, Provider, Questions, Scheme, Success};

/// Asaas.
///
/// `asaas-access-token` is the token that was set for the webhook. **Nothing is signed**: the token says who sent the
/// request. An account may have no token; then there is nothing to verify and no endpoint to build.
///
/// * The id `/id` (`evt_…`) is documented to repeat for the same event; the type is `/event`.
/// * Only 200 is success. Undelivered events are kept 14 days; 15 failures in a row pause the queue.
/// * The transfer-authorisation webhook uses the same header, but its answer decides about money:
///   give it a route of its own. As it waits for an answer, a copy of it
///   runs again.
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
