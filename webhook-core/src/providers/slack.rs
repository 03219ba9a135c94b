use crate::crypto::Algorithm;
use crate::provider::{
    Challenge, Handshake, Identity, Parameter, Part, Provider, Questions, Reply, Scheme, Success,
    When,
};
use crate::time::TimeUnit;

/// Slack: Events API, slash commands, interactivity.
///
/// `X-Slack-Signature: v0=<hex>`, HMAC-SHA-256 over `v0:`, the time of `X-Slack-Request-Timestamp`, a colon and the body,
/// whether that is JSON or a form. The key is the app's signing secret.
///
/// * Tolerance 300 s, as in slack_sdk.
/// * `/event_id` stays the same over retries. Forms (interactions, commands, options) wait for an
///   answer: a copy of one runs again, and one that was signed at another time is another.
/// * Slack waits 3 s and retries at once, after a minute and after five: the first retry comes while a slow handler is
///   still at work, and is answered 503 then. Handlers should answer first and work later.
/// * The `url_verification` challenge is signed; it is verified and answered here, and reaches no handler.
/// * Any 2xx is success; a response header `X-Slack-No-Retry: 1` ends the retries.
///
/// Source: <https://docs.slack.dev/authentication/verifying-requests-from-slack> and @slack/bolt.
pub const SLACK: Provider = Provider::new(
    "slack",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[
            Part::Literal("v0:"),
            Part::Time,
            Part::Literal(":"),
            Part::Body,
        ],
    )
    .in_header("x-slack-signature")
    .prefix("v0=")
    .time_in_header("x-slack-request-timestamp", TimeUnit::Seconds)],
)
.id_at(&["/event_id"])
.type_at(&["/event/type", "/type"])
.answers(Handshake::new(
    Challenge::Signed {
        when: When::Text("/type", "url_verification"),
        value: "/challenge",
    },
    Reply::Field("challenge"),
))
.answers_within_millis(3_000)
.retries_for_secs(6 * 60)
.succeeds_with(Success::Any2xx)
.identified_without_id_by(Identity::ContentAndAttempt)
.asks(Questions::Forms)
.configured_by(&[
    Parameter::secret("signing_secret"),
    Parameter::identifier("app_id"),
    Parameter::identifier("client_id"),
])
.documented_at("https://docs.slack.dev/authentication/verifying-requests-from-slack");
