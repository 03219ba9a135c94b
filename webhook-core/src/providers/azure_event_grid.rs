use crate::provider::{
    Challenge, Handshake, Identity, Parameter, Provider, Reply, Scheme, Success, When,
};

/// Azure Event Grid deliveries in the Event Grid schema, with a secret in the query.
///
/// Append a secret to the webhook URL as the query parameter `code`, and mark it as a secret in
/// Azure. **Nothing is signed**: the secret only identifies the sender, and access logs on the path
/// contain it. With another name of the parameter, call
/// [`token_parameter`](crate::EndpointBuilder::token_parameter).
///
/// * The handshake is a `SubscriptionValidationEvent` with that secret. It is answered here and
///   reaches no handler.
/// * A delivery may be a batch, so the replay key comes from the body. `/0/id` names the first
///   event, and the event type is `/0/eventType`.
/// * A token of Microsoft Entra ID is not checked here: see
///   [`AZURE_EVENT_GRID_ENTRA`](super::AZURE_EVENT_GRID_ENTRA). For the CloudEvents schema see
///   [`AZURE_EVENT_GRID_CLOUDEVENTS`].
/// * Event Grid waits 30 s for an answer and retries for 24 hours. 200, 201, 202, 203 and 204 are
///   success.
/// * Independent descriptions and implementations agree on this scheme. Microsoft's own page was
///   not read for it.
///
/// Source:
/// <https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema>.
pub const AZURE_EVENT_GRID: Provider = common("azure-event-grid")
    .id_at(&["/0/id"])
    .type_at(&["/0/eventType"])
    .answers(Handshake::new(
        Challenge::Signed {
            when: When::Text(
                "/0/eventType",
                "Microsoft.EventGrid.SubscriptionValidationEvent",
            ),
            value: "/0/data/validationCode",
        },
        Reply::Field("validationResponse"),
    ))
    .documented_at(
        "https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema",
    );

/// Azure Event Grid deliveries in the CloudEvents 1.0 schema, with a secret in the query; otherwise
/// like [`AZURE_EVENT_GRID`].
///
/// The handshake is an `OPTIONS` with `WebHook-Request-Origin`, as in the CloudEvents webhook
/// specification. The answer allows that origin. It is unsigned and changes nothing, so it is
/// always answered.
///
/// * The event id is `/id`, and the event type is `/type`. Event Grid does not batch events of this
///   schema by default.
/// * Independent descriptions and implementations agree on this scheme. Microsoft's own page was
///   not read for it.
///
/// Source: <https://learn.microsoft.com/azure/event-grid/end-point-validation-cloud-events-schema>.
pub const AZURE_EVENT_GRID_CLOUDEVENTS: Provider = common("azure-event-grid-cloudevents")
    .id_at(&["/id"])
    .type_at(&["/type"])
    .answers(Handshake::new(
        Challenge::Header("OPTIONS", "webhook-request-origin"),
        Reply::Header("webhook-allowed-origin"),
    ))
    .documented_at(
        "https://learn.microsoft.com/azure/event-grid/end-point-validation-cloud-events-schema",
    );

const fn common(name: &'static str) -> Provider {
    Provider::new(name, const { &[Scheme::token().in_query("code")] })
        .identified_by(
            Identity::Content,
            "a delivery may be a batch of events, each with an id",
        )
        .answers_within_millis(30_000)
        .retries_for_secs(24 * 3600)
        .succeeds_with(Success::OneOf(&[200, 201, 202, 203, 204]))
        .configured_by(const { &[Parameter::secret("code")] })
}
