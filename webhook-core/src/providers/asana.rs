use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme};

/// Asana webhooks.
///
/// `X-Hook-Signature` is a hex HMAC-SHA-256 over the body. The secret is the `X-Hook-Secret` of the
/// handshake.
///
/// * The signature covers no timestamp, and a delivery has no id. It is a batch, so the replay key
///   comes from the body. The event type is `/events/0/action`. Heartbeats contain no events.
/// * The handshake is an unsigned `POST` with `X-Hook-Secret`, which the receiver must echo and
///   store. The endpoint answers it once, if
///   [`on_offered_secret`](crate::EndpointBuilder::on_offered_secret) accepts the secret. **Anyone
///   can send that header.** Until then the endpoint needs a secret that you generate. Compare the
///   offered secret with the `X-Hook-Secret` in the answer of Asana's API, then install it with
///   [`replace_secrets`](crate::Endpoint::replace_secrets). In `webhook serve`,
///   `accept_offered_secret` accepts the next offer, and logs how to store its secret.
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
