use crate::provider::{Challenge, Coverage, Handshake, Parameter, Provider, Reply, Scheme};
use crate::verify::custom::url_and_form::Mandrill;

/// Mandrill (Mailchimp Transactional) webhooks.
///
/// `X-Mandrill-Signature` is a base64 HMAC-SHA-1. The signed message is the URL as registered,
/// followed by the name and value of every form field, sorted by name. The secret is the key of the
/// webhook. The field `mandrill_events` holds the events as JSON, which
/// [`Delivery::payload`](crate::Delivery::payload) returns.
///
/// * No separator divides the URL, the names and the values. So the signature does not cover every
///   byte of the query and the form.
/// * The signature covers no timestamp, and a batch has no id. The replay key comes from the signed
///   message.
/// * At setup, Mandrill sends a `HEAD`, which is answered 200 and only reveals that an endpoint
///   exists. Mandrill also sends an empty batch signed with the key `test-webhook`, which is
///   refused.
///
/// Source: <https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/>.
pub const MANDRILL: Provider = Provider::new(
    "mandrill",
    &[Scheme::with_code(
        &Mandrill,
        Coverage {
            values: true,
            ..Coverage::NONE
        },
        "URL and fields of the form (HMAC-SHA-1)",
    )
    .in_header("x-mandrill-signature")
    .signing_address()],
)
.answers(Handshake::new(
    Challenge::Method("HEAD"),
    Reply::Status(200),
))
.configured_by(&[
    Parameter::secret("webhook_key"),
    Parameter::secret("auth_key"),
    Parameter::secret("key"),
])
.documented_at(
    "https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/",
);
