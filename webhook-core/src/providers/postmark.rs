use crate::provider::{Identity, Provider, Scheme, Success};

/// Postmark webhooks.
///
/// Postmark sends HTTP Basic authentication with the user name and password of the URL that you
/// registered. **Nothing is signed**: the credentials only identify the sender.
///
/// * `/MessageID` names the message, which has several events, so the replay key comes from the
///   body. The event type is `/RecordType`.
/// * Only 200 is success. Postmark retries inbound messages for 10.5 hours; 403 ends the retries.
///   Since August 2026, events of outbound messages are retried nine times in about 72 minutes,
///   after 5xx, 408, 429 and time-outs. Any other 4xx is final, also the 401 for wrong credentials.
/// * `X-PM-Webhook-Trace-Id` stays the same over the retries of outbound events.
/// * This scheme was read in third-party descriptions of Postmark's page. The page itself was not
///   read.
///
/// Source: <https://postmarkapp.com/developer/webhooks/webhooks-overview>.
pub const POSTMARK: Provider = Provider::new("postmark", &[Scheme::basic()])
    .id_at(&["/MessageID"])
    .identified_by(
        Identity::Content,
        "`/MessageID` names the message, which has several events",
    )
    .type_at(&["/RecordType"])
    .retries_for_secs(10 * 3600 + 1800)
    .succeeds_with(Success::Only200)
    .documented_at("https://postmarkapp.com/developer/webhooks/webhooks-overview");
