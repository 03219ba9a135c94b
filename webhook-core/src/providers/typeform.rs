use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme, Success};

/// Typeform webhooks.
///
/// `Typeform-Signature: sha256=<base64>` is an HMAC-SHA-256 over the body. Other providers use this
/// prefix for hex; Typeform uses it for base64.
///
/// * The signature covers no timestamp. The event id is `/event_id`, and the event type is
///   `/event_type`. Typeform waits 30 s for an answer.
/// * Any 2xx is success.
///
/// Source: <https://www.typeform.com/developers/webhooks/secure-your-webhooks/>.
pub const TYPEFORM: Provider = Provider::new(
    "typeform",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("typeform-signature")
        .prefix("sha256=")
        .encoding(Encoding::Base64)],
)
.id_at(&["/event_id"])
.type_at(&["/event_type"])
.answers_within_millis(30_000)
.succeeds_with(Success::Any2xx)
.documented_at("https://www.typeform.com/developers/webhooks/secure-your-webhooks/");
