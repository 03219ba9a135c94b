use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme, Success};
use crate::time::TimeUnit;
use crate::verify::custom::mailgun::Mailgun;

/// Mailgun, events in JSON and routes in forms.
///
/// `signature` of the body (in a form, its fields): `timestamp`, `token` and `signature`, which is hexadecimal, HMAC-SHA-256 over the first two. The key is
/// the HTTP webhook signing key.
///
/// * **The body is not signed.** Whoever has seen one delivery can send anything with its signature while that is fresh and unused. The token
///   counts once: it is what a delivery is known by.
/// * `/event-data/id` and `/event-data/event` are labels, not signed.
/// * 300 s to both sides; Mailgun says nothing. 406 ends its retries, which go on for 8 hours, and of which there are none for deliveries of messages. Should they be refused as stale,
///   raise `tolerance`.
/// * Only 200 is success.
///
/// Source: <https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks> and mailgun-go's `webhooks.go`.
pub const MAILGUN: Provider = Provider::new(
    "mailgun",
    &[Scheme::with_code(
        &Mailgun,
        Coverage {
            time: true,
            values: true,
            ..Coverage::NONE
        },
        "time and one-time token (HMAC-SHA-256)",
    )
    .in_body("/signature/signature")
    .timed(TimeUnit::Seconds)
    .time_is("`/signature/timestamp`, or `timestamp` of a form")],
)
.id_at(&["/event-data/id"])
.type_at(&["/event-data/event"])
.retries_for_secs(8 * 3600)
.body_limit(25 * 1024 * 1024)
.succeeds_with(Success::Only200)
.identified_by(
    Identity::Content,
    "the signed token is made for one event; the body is not signed",
)
.configured_by(&[
    Parameter::secret("signing_key"),
    Parameter::secret("webhook_signing_key"),
    Parameter::secret("api_key"),
])
.documented_at(
    "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
);
