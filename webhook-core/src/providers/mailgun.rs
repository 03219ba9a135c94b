use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme, Success};
use crate::time::TimeUnit;
use crate::verify::custom::mailgun::Mailgun;

/// Mailgun webhooks: events in JSON and routes in forms.
///
/// The object `signature` of the body (in a form, its fields) holds `timestamp`, `token` and
/// `signature`. The last is a hex HMAC-SHA-256 over the first two. The secret is the HTTP webhook
/// signing key.
///
/// * **The signature does not cover the body.** An attacker who has seen one delivery can send any
///   body with its signature, while that is fresh and unused. A token counts once, because the
///   replay key comes from it.
/// * A message with attachments comes as `multipart/form-data`.
///   [`Delivery::json`](crate::Delivery::json) reads the fields of both kinds of forms as texts.
/// * `/event-data/id` and `/event-data/event` are labels and not covered.
/// * Mailgun documents no tolerance. The default is 300 s in both directions. Mailgun retries for 8
///   hours, and 406 ends the retries. Notifications of a message's delivery are not retried. If
///   deliveries are refused as stale, raise `tolerance`.
/// * Only 200 is success.
///
/// Source: <https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks>
/// and mailgun-go's `webhooks.go`.
pub const MAILGUN: Provider = Provider::new(
    "mailgun",
    &[Scheme::with_code(
        &Mailgun,
        Coverage {
            time: true,
            values: true,
            ..Coverage::NONE
        },
        "timestamp and one-time token (HMAC-SHA-256)",
    )
    .in_body("/signature/signature")
    .timed(TimeUnit::Seconds)
    .time_is("`/signature/timestamp` or `timestamp` of a form")],
)
.id_at(&["/event-data/id"])
.type_at(&["/event-data/event"])
.retries_for_secs(8 * 3600)
.parses_forms()
.body_limit(25 * 1024 * 1024)
.succeeds_with(Success::Only200)
.identified_by(
    Identity::Content,
    "the signed token is issued for one event; the body is not covered",
)
.configured_by(&[
    Parameter::secret("signing_key"),
    Parameter::secret("webhook_signing_key"),
    Parameter::secret("api_key"),
])
.documented_at(
    "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
);
