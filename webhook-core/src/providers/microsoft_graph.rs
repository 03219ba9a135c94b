use crate::provider::{
    Challenge, Coverage, Handshake, Identity, Parameter, Provider, Reply, Scheme, Success,
};
use crate::verify::custom::microsoft_graph::MicrosoftGraph;

/// Microsoft Graph, change notifications.
///
/// Nothing is signed. `clientState` of every notification in the batch has to be the secret, which you chose for the subscription.
///
/// * The state says who sent the request, and nothing about what is in it: fetch the resource before you act on it.
/// * A notification says that something has changed and not what, in the same words every time (a
///   drive's `changeType` is always `updated`). **Nothing tells a copy from the next notification,
///   so copies run**, one at a time: ask Graph what has changed, which is harmless twice.
/// * A new endpoint is asked to echo the `validationToken` of a query. That is unsigned and changes nothing, so it is always answered;
///   a request with that parameter is never a notification.
/// * The tokens of rich notifications are not looked at.
/// * 3 s to answer; retries for up to 4 hours.
/// * Any 2xx is success.
///
/// Source: <https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks>.
pub const MICROSOFT_GRAPH: Provider = Provider::new(
    "microsoft-graph",
    &[Scheme::with_code(
        &MicrosoftGraph,
        Coverage::NONE,
        "nothing: a token in every notification",
    )
    .in_body("/value/0/clientState")],
)
.type_at(&["/value/0/changeType"])
.answers(Handshake::new(
    Challenge::Query("POST", "validationToken"),
    Reply::Words,
))
.answers_within_millis(3_000)
.retries_for_secs(4 * 3600)
.succeeds_with(Success::Any2xx)
.identified_by(Identity::Indistinct, "a notification says that something has changed and not what (`changeType` is always `updated` for a drive)")
.configured_by(&[Parameter::secret("client_state"), Parameter::identifier("client_id"), Parameter::identifier("tenant_id")]).documented_at("https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks");
