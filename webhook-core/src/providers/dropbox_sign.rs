use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::dropbox_sign::DropboxSign;

/// Dropbox Sign, once HelloSign.
///
/// A form, mostly `multipart/form-data`, whose field `json` is the event. `event_hash` in it is hexadecimal, HMAC-SHA-256 over
/// `event_time` and `event_type` without anything between. The key is the API key.
///
/// * **Only time and type are signed.** Whoever has seen one callback can say anything about any request with it, at any time:
///   fetch the signature request before you act on it. The time is that of the event and stays what it is in retries, so its age is
///   not checked.
/// * Two events of a type in one second are signed the same, so copies are not recognised and handlers have to bear them.
/// * Success is a 200 with `Hello API Event Received` in its body: let the handler answer that, and copies by
///   [`answer_duplicates`](crate::EndpointBuilder::answer_duplicates).
/// * The event is the JSON inside, which [`Delivery::payload`](crate::Delivery::payload) has. Its type is `/event/event_type`.
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
        "time and type of the event (HMAC-SHA-256)",
    )
    .in_form("json", "/event_hash")
    .signing(&["/event/event_type"])],
)
.with_aliases(&["hellosign"])
.type_at(&["/event/event_type"])
.identified_by(
    Identity::Indistinct,
    "two events of one type in one second are signed alike",
)
.configured_by(&[
    Parameter::secret("api_key"),
    Parameter::identifier("client_id"),
])
.documented_at("https://developers.hellosign.com/docs/events/walkthrough/");
