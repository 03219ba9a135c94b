use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Zendesk webhooks.
///
/// `X-Zendesk-Webhook-Signature` is a base64 HMAC-SHA-256 over the timestamp in
/// `X-Zendesk-Webhook-Signature-Timestamp` (RFC 3339), directly followed by the body. The secret is
/// used as text. It looks like base64 but is not decoded. An early version of Zendesk's page had
/// body and timestamp the other way round.
///
/// * Zendesk documents no tolerance. The default is 300 s in both directions.
/// * The administrator writes the body, so equal bodies may report different events. The replay key
///   comes from the body and the signed timestamp. The event type of event subscriptions is
///   `/type`. A body may be empty, and the method may be other than `POST`.
///
/// Source: <https://developer.zendesk.com/documentation/webhooks/verifying/>.
pub const ZENDESK: Provider = Provider::new(
    "zendesk",
    &[
        Scheme::hmac(Algorithm::HmacSha256, &[Part::Time, Part::Body])
            .in_header("x-zendesk-webhook-signature")
            .encoding(Encoding::Base64)
            .time_in_header("x-zendesk-webhook-signature-timestamp", TimeUnit::Rfc3339),
    ],
)
.with_methods(&["POST", "PUT", "PATCH", "DELETE", "GET"])
.type_at(&["/type"])
.identified_by(
    Identity::ContentAndAttempt,
    "the administrator writes the body",
)
.configured_by(&[Parameter::secret("signing_secret")])
.documented_at("https://developer.zendesk.com/documentation/webhooks/verifying/");
