use crate::provider::{Parameter, Provider, Questions, Scheme};

/// Vapi server messages.
///
/// `X-Vapi-Secret` is the secret of the server. **Nothing is signed**: the secret only identifies
/// the sender. Vapi can send other credentials: a bearer token is `Endpoint::token("authorization",
/// …)`.
///
/// * **Some messages are questions**, such as `tool-calls` and `assistant-request`: the call waits
///   for the answer. So a duplicate runs again.
/// * A message has no id, so the replay key comes from the body. The event type is `/message/type`.
/// * Independent descriptions and implementations agree on this scheme. Vapi's own page was not
///   read for it.
///
/// Source: <https://docs.vapi.ai/server-url/server-authentication>.
pub const VAPI: Provider = Provider::new("vapi", &[Scheme::token().in_header("x-vapi-secret")])
    .type_at(&["/message/type"])
    .asks(Questions::All)
    .configured_by(&[Parameter::secret("server_secret")])
    .documented_at("https://docs.vapi.ai/server-url/server-authentication");
