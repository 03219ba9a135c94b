use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};

/// Xero webhooks.
///
/// `x-xero-signature` is a base64 HMAC-SHA-256 over the body. The secret is the webhook key as
/// text. It looks encoded but is not decoded.
///
/// * When the URL is saved, Xero sends right and wrong signatures and expects 200 and 401 as
///   answers. Answer 200 with an empty body and without cookies, within 5 s.
/// * The signature covers no timestamp. A delivery is a batch without an id, and its `entropy`
///   makes every body different. The event type is `/events/0/eventCategory`.
/// * Xero retries for 24 hours, then disables the webhook.
/// * Only 200 is success.
///
/// Source: <https://developer.xero.com/documentation/guides/webhooks/configuring-your-server/>.
pub const XERO: Provider = Provider::new(
    "xero",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-xero-signature")
        .encoding(Encoding::Base64)],
)
.type_at(&["/events/0/eventCategory"])
.answers_within_millis(5_000)
.retries_for_secs(24 * 3600)
.succeeds_with(Success::Only200)
.configured_by(&[
    Parameter::secret("webhook_key"),
    Parameter::secret("signing_key"),
    Parameter::identifier("client_id"),
])
.documented_at("https://developer.xero.com/documentation/guides/webhooks/configuring-your-server/");
