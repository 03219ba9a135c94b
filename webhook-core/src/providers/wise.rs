

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Part, Provider, Scheme, Success};

/// Wise. The key is one of the two that its documentation publishes, for production and for the sandbox.
///
/// Signed with RSA and SHA-256: the body. No time is, so that nothing but the replay store tells an old delivery; later schemas have
/// a signed `sent_at` for the handler to look at. The older header `X-Signature`, of SHA-1, is not accepted.
///
/// The id, in a header, is not signed and only a label; deliveries are told apart by their content. One is tried up to 25 times
/// within two weeks, and wants a 2xx within five seconds. A new subscription is tested with a delivery of the same form.
///
/// <https://docs.wise.com/features/webhooks-notifications/event-handling>
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
    "the body carries the time of the event and the object",
)
.documented_at("https://docs.wise.com/features/webhooks-notifications/event-handling")
.retries_for_secs(14 * 86_400)
.answers_within_millis(5_000);
