use crate::provider::{Challenge, Coverage, Handshake, Parameter, Provider, Reply, Scheme};
use crate::verify::custom::url_and_form::Mandrill;

/// Mandrill (Mailchimp Transactional).
///
/// `X-Mandrill-Signature`: base64, HMAC-SHA-1 over the URL as registered and then the name and value of every field of the form, in the order of their
/// names. The key is that of the webhook. The events are JSON in the field `mandrill_events`, which [`Delivery::payload`](crate::Delivery::payload) has.
///
/// * Nothing stands between URL, names and values, so not every byte of query and form is covered.
/// * No time is signed and there is no id for a batch. Deliveries are told apart by what is signed of them.
/// * When a webhook is set up, Mandrill sends a `HEAD`, which is answered 200 here and says nothing but that there is an endpoint, and an empty
///   batch that is signed with the key `test-webhook`, which is refused.
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
