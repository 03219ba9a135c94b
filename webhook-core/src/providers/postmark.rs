use crate::provider::{Identity, Provider, Scheme, Success};

/// Postmark webhooks.
///
/// Postmark sends HTTP Basic authentication with the user name and password of the URL that you
/// registered. **Nothing is signed**: the credentials only identify the sender.
///
/// * `/MessageID` names the message, which has several events, so the replay key comes from the
///   body. The event type is `/RecordType`.
/// * Only 200 is success. Postmark retries for 10.5 hours; 403 ends the retries.
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
