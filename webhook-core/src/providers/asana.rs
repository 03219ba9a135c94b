use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme};

/// Asana.
///
/// `X-Hook-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the `X-Hook-Secret` of the handshake.
///
/// * No time is signed and a delivery has no id: it is a batch and told apart by its content. The type is `/events/0/action`.
///   Heartbeats have no events.
/// * The handshake is an unsigned `POST` with `X-Hook-Secret`, to be echoed and stored. It is answered here if
///   [`on_offered_secret`](crate::EndpointBuilder::on_offered_secret) takes the secret, once: **anybody can send that header**. Until
///   then the endpoint needs a secret of your own making; put the new one in its place with
///   [`replace_secrets`](crate::Endpoint::replace_secrets), after a look at the `X-Hook-Secret` of the API's own answer.
///
/// Source: <https://developers.asana.com/docs/webhooks-guide> and Asana/devrel-examples.
pub const ASANA: Provider = Provider::new(
    "asana",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-hook-signature")],
)
.type_at(&["/events/0/action"])
.answers(
    Handshake::new(
        Challenge::Header("POST", "x-hook-secret"),
        Reply::Header("x-hook-secret"),
    )
    .offering_secret(),
)
.configured_by(&[
    Parameter::secret("hook_secret"),
    Parameter::identifier("client_id"),
])
.documented_at("https://developers.asana.com/docs/webhooks-guide");
