use crate::provider::{Challenge, Handshake, Provider, Questions, Reply, Scheme, Success};

/// Okta event hooks and inline hooks.
///
/// The `Authorization` header is the secret of the hook, whole and without a scheme in front. **Nothing is signed**: the secret says who
/// sent the request.
///
/// * `/eventId` names a delivery, of which each event has a `uuid`. The type is
///   `/data/events/0/eventType`. Inline hooks, which have another `/eventType` than
///   `com.okta.event_hook`, wait for an answer, so a copy of one runs again.
/// * 3 s to answer, at most one retry; a 4xx is not retried.
/// * The `GET` with `x-okta-verification-challenge` comes once and is answered here with `{"verification":…}`. That is harmless: nothing is
///   remembered, and whoever asks gets his own word back as JSON.
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
