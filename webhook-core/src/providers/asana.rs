use crate::{Algorithm, Part, Provider, Scheme};

/// Asana.
///
/// `X-Hook-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the `X-Hook-Secret` of the handshake.
///
/// * No time is signed and a delivery has no id: it is a batch and told apart by its content. The type is `/events/0/action`.
///   Heartbeats have no events.
/// * The handshake is an unsigned `POST` with `X-Hook-Secret`, to be echoed and stored. It is not answered here: give it a route of
///   its own, and **take no new secret for a hook that has one**, since anybody can send that header.
///
/// Source: <https://developers.asana.com/docs/webhooks-guide> and Asana/devrel-examples.
pub const ASANA: Provider = Provider::new(
    "asana",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-hook-signature")],
)
.type_at(&["/events/0/action"])
.documented_at("https://developers.asana.com/docs/webhooks-guide");
