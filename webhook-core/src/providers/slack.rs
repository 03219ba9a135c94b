use crate::crypto::Algorithm;
use crate::provider::{
    Challenge, Handshake, Identity, Parameter, Part, Provider, Questions, Reply, Scheme, Success,
    When,
};
use crate::time::TimeUnit;

/// Slack webhooks: Events API, slash commands and interactivity.
///
/// `X-Slack-Signature: v0=<hex>` is an HMAC-SHA-256 over `v0:`, the timestamp in
/// `X-Slack-Request-Timestamp`, a colon and the body. The body is JSON or a form. The secret is the
/// app's signing secret.
///
/// * The tolerance is 300 s, as in slack_sdk.
/// * `/event_id` stays the same over retries. Forms (interactions, commands, options) wait for an
///   answer, so a duplicate of one runs again. A form that was signed at another time is another
///   event.
/// * Slack waits 3 s for an answer. It retries at once, after a minute and after five minutes. The
///   first retry arrives while a slow handler is still in flight, and is answered 503. A handler
///   should answer first and work later.
/// * The `url_verification` challenge is signed. It is verified and answered here, and reaches no
///   handler.
/// * An unsigned form with `ssl_check=1` tests the certificate of a distributed app. It is answered
///   200 and reaches no handler.
/// * Interactions arrive as a form whose field `payload` is JSON, which
///   [`Delivery::payload`](crate::Delivery::payload) returns.
/// * Any 2xx is success. A response header `X-Slack-No-Retry: 1` ends the retries.
///
/// Source: <https://docs.slack.dev/authentication/verifying-requests-from-slack> and @slack/bolt
/// (`ssl_check`).
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
.answers(
    Handshake::new(
        Challenge::Signed {
            when: When::Text("/type", "url_verification"),
            value: "/challenge",
        },
        Reply::Field("challenge"),
    )
    .or_probe("ssl_check", "1"),
)
.parses_forms()
.unwraps_form("payload")
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
