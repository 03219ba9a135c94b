use crate::provider::{Challenge, Handshake, Provider, Questions, Reply, Scheme, Success};

/// Okta event hooks and inline hooks.
///
/// The `Authorization` header is exactly the secret of the hook, without an authentication scheme.
/// **Nothing is signed**: the secret only identifies the sender.
///
/// * `/eventId` names a delivery, and each event in it has a `uuid`. The event type is
///   `/data/events/0/eventType`. Inline hooks have an `/eventType` other than
///   `com.okta.event_hook`. They wait for an answer, so a duplicate of one runs again.
/// * Okta waits 3 s for an answer and retries at most once, but never after a 4xx.
/// * The handshake is a single `GET` with `x-okta-verification-challenge`. The endpoint answers it
///   with `{"verification":…}`. That is harmless: nothing is remembered, and the requester receives
///   its own text as JSON.
/// * 200 and 204 are success.
///
/// Source: <https://developer.okta.com/docs/concepts/event-hooks/>.
pub const OKTA: Provider = Provider::new("okta", &[Scheme::token().in_header("authorization")])
    .id_at(&["/eventId"])
    .type_at(&["/data/events/0/eventType"])
    .answers(Handshake::new(
        Challenge::Header("GET", "x-okta-verification-challenge"),
        Reply::Field("verification"),
    ))
    .answers_within_millis(3_000)
    .succeeds_with(Success::OneOf(&[200, 204]))
    .asks(Questions::Except("/eventType", "com.okta.event_hook"))
    .documented_at("https://developer.okta.com/docs/concepts/event-hooks/");
