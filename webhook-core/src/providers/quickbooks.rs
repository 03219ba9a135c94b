use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success};

/// QuickBooks (Intuit) webhooks.
///
/// `intuit-signature` is a base64 HMAC-SHA-256 over the body, in the classic format and in that of
/// CloudEvents. The secret is the verifier token.
///
/// * The signature covers no timestamp. A delivery is a batch, so the replay key comes from the
///   body. CloudEvents have an id (`/0/id`) and a type (`/0/type`).
/// * QuickBooks waits 3 s for an answer. It retries after 10 s and with growing pauses, finally
///   every six hours.
/// * Only 200 is success.
///
/// Source: <https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks> and
/// SampleApp-Webhooks-nodejs.
pub const QUICKBOOKS: Provider = Provider::new(
    "quickbooks",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("intuit-signature")
        .encoding(Encoding::Base64)],
)
.with_aliases(&["intuit"])
.id_at(&["/0/id"])
.identified_by(Identity::Content, "a delivery is a batch of events")
.type_at(&["/0/type"])
.answers_within_millis(3_000)
.succeeds_with(Success::Only200)
.configured_by(&[
    Parameter::secret("verifier_token"),
    Parameter::identifier("client_id"),
])
.documented_at("https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks");
