use crate::provider::{Identity, Provider, Scheme, Success};

/// Postmark.
///
/// HTTP Basic authentication with the user name and password in the URL given to Postmark. **Nothing is signed**: the credentials say
/// who sent the request.
///
/// * `/MessageID` is the message's, which has several events: deliveries are told apart by their content. The type is
///   `/RecordType`.
/// * Only 200 is success; 403 ends the retries, which go on for 10.5 hours.
/// * Read in others' descriptions of Postmark's page; the page itself was not read.
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
