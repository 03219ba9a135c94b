

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// SendGrid, Event Webhook with signing on. The key is the verification key of the dashboard: base64 without PEM around it.
///
/// Signed with ECDSA on P-256: time and body. No tolerance is documented and a delivery is retried for a day, so one is fresh for
/// twenty-five hours.
///
/// A body is an array of events, each with an `sg_event_id`; the delivery has no id of its own and is told apart by its content,
/// so the handler should go by the ids of the events. It ends in a line break that is signed too.
///
/// A new key takes the place of the old one at once: configure both before it is made, if you can.
///
/// Any 2xx is success.
///
/// <https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features>
pub const SENDGRID: Provider = Provider::new(
    "sendgrid",
    &[
        Scheme::signature(Algorithm::EcdsaP256Sha256, &[Part::Time, Part::Body])
            .in_header("x-twilio-email-event-webhook-signature")
            .encoding(Encoding::Base64)
            .time_in_header(
                "x-twilio-email-event-webhook-timestamp",
                TimeUnit::Seconds,
            )
            .tolerance_secs(90_000, 300),
    ],
)
.succeeds_with(Success::Any2xx)
.configured_by(&[Parameter::secret("verification_key")]).documented_at(
    "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
)
.retries_for_secs(86_400);
