use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::dropbox_sign::DropboxSign;

/// Dropbox Sign (formerly HelloSign) webhooks.
///
/// A delivery is a form, mostly `multipart/form-data`, whose field `json` is the event. Its
/// `event_hash` is a hex HMAC-SHA-256 over `event_time` and `event_type`, without a separator. The
/// secret is the API key.
///
/// * **The signature covers only the timestamp and the type.** An attacker who has seen one
///   callback can claim anything about any request with it, at any time. Fetch the signature
///   request before you act on it. The timestamp is that of the event and stays the same over
///   retries, so its age is not checked.
/// * Two events of one type within one second have the same signature. So duplicates run, and the
///   handler must be idempotent.
/// * Success is a 200 with `Hello API Event Received` in its body. Send it from the handler, and
///   set it for duplicates with [`answer_duplicates`](crate::EndpointBuilder::answer_duplicates).
/// * The event is the JSON in the form, which [`Delivery::payload`](crate::Delivery::payload)
///   returns. The event type is `/event/event_type`.
///
/// Source: `EventCallbackHelper` of dropbox-sign 2.0.0 on PyPI.
pub const DROPBOX_SIGN: Provider = Provider::new(
    "dropbox-sign",
    &[Scheme::with_code(
        &DropboxSign,
        Coverage {
            values: true,
            ..Coverage::NONE
        },
        "timestamp and type of the event (HMAC-SHA-256)",
    )
    .in_form("json")
    .signing(&["/event/event_type"])],
)
.with_aliases(&["hellosign"])
.type_at(&["/event/event_type"])
.identified_by(
    Identity::Indistinct,
    "two events of one type within one second have the same signature",
)
.configured_by(&[
    Parameter::secret("api_key"),
    Parameter::identifier("client_id"),
])
.documented_at("https://developers.hellosign.com/docs/events/walkthrough/");
