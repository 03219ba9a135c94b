use crate::provider::{
    Challenge, Coverage, Handshake, Identity, Parameter, Provider, Reply, Scheme, Success,
};
use crate::verify::custom::microsoft_graph::MicrosoftGraph;

/// Microsoft Graph change notifications.
///
/// Nothing is signed. The `clientState` of every notification in the batch must equal the secret,
/// which you chose for the subscription.
///
/// * The state only identifies the sender and proves nothing about the content: fetch the resource
///   before you act on it.
/// * A notification only says that something has changed, always in the same words (a drive's
///   `changeType` is always `updated`). **A duplicate looks like the next notification, so
///   duplicates run**, one at a time. Ask Graph what has changed; asking twice is harmless.
/// * The handshake of a new endpoint echoes the `validationToken` of a query. That request is
///   unsigned and changes nothing, so it is always answered. A request with that parameter is never
///   a notification.
/// * The tokens of rich notifications are ignored.
/// * Graph waits 3 s for an answer and retries for up to 4 hours.
/// * Any 2xx is success.
///
/// Source: <https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks>.
pub const MICROSOFT_GRAPH: Provider = Provider::new(
    "microsoft-graph",
    &[Scheme::with_code(
        &MicrosoftGraph,
        Coverage::NONE,
        "nothing; a token in every notification",
    )
    .in_body("/value/0/clientState")],
)
.type_at(&["/value/0/changeType"])
.answers(Handshake::new(
    Challenge::Query("POST", "validationToken"),
    Reply::Code,
))
.answers_within_millis(3_000)
.retries_for_secs(4 * 3600)
.succeeds_with(Success::Any2xx)
.identified_by(
    Identity::Indistinct,
    "a notification only says that something has changed \
     (`changeType` is always `updated` for a drive)",
)
.configured_by(&[
    Parameter::secret("client_state"),
    Parameter::identifier("client_id"),
    Parameter::identifier("tenant_id"),
])
.documented_at("https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks");
