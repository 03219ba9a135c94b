

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Part, Provider, Scheme, Success};

/// Wise webhooks.
///
/// The public key is one of the two that Wise's documentation publishes, for production and for the
/// sandbox.
///
/// The signature is RSA with SHA-256 over the body. It covers no timestamp, so only the replay
/// store recognises an old delivery. Later schemas have a signed `sent_at` that the handler can
/// check. The older header `X-Signature` (SHA-1) is refused.
///
/// The id, in a header, is an unsigned label; the replay key comes from the body. Wise makes up to
/// 25 attempts within two weeks and wants a 2xx within five seconds. Wise tests a new subscription
/// with a delivery of the same form.
///
/// Source: <https://docs.wise.com/features/webhooks-notifications/event-handling>
pub const WISE: Provider = Provider::new(
    "wise",
    &[Scheme::signature(Algorithm::RsaSha256, &[Part::Body])
        .in_header("x-signature-sha256")
        .encoding(Encoding::Base64)],
)
.id_in_headers(&["x-delivery-id"])
.type_at(&["/event_type"])
.succeeds_with(Success::Any2xx)
.identified_by(
    Identity::Content,
    "the body carries the timestamp of the event and the object",
)
.documented_at("https://docs.wise.com/features/webhooks-notifications/event-handling")
.retries_for_secs(14 * 86_400)
.answers_within_millis(5_000);
