use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Zendesk.
///
/// `X-Zendesk-Webhook-Signature`: base64, HMAC-SHA-256 over the time of `X-Zendesk-Webhook-Signature-Timestamp` (RFC 3339) and the body. The
/// key is the secret's text: it looks like base64 and is not decoded. An early version of Zendesk's page had body and time the
/// other way round.
///
/// * No tolerance is documented; 300 s to both sides here.
/// * The administrator writes the body, so the same one may come for another event: the signed time tells them apart. Of event
///   subscriptions, the type is `/type`. A body may be empty, and the method another than `POST`.
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
