

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// SendGrid Event Webhook with signing on.
///
/// The public key is the verification key of the dashboard: base64 without PEM armour.
///
/// The signature is ECDSA on P-256 over the timestamp and the body. SendGrid documents no tolerance
/// and retries a delivery for a day, so the tolerance is twenty-five hours.
///
/// A body is an array of events, each with an `sg_event_id`. The delivery itself has no id, so the
/// replay key comes from the body. So the handler has to tell the events apart. A report says that
/// `sg_event_id` differs between copies of one event (sendgrid/sendgrid-nodejs#1435): compare
/// `sg_message_id`, `event`, `email` and `timestamp` too. The body ends in a line break, which is
/// also signed.
///
/// A new key replaces the old one at once. If you can, configure both before the new one is
/// generated.
///
/// Any 2xx is success.
///
/// Source:
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
.configured_by(&[Parameter::secret("verification_key")])
.documented_at(
    "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
)
.retries_for_secs(86_400);
