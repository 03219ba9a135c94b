use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme, Success};

/// Typeform.
///
/// `Typeform-Signature: sha256=<base64>`, HMAC-SHA-256 over the body: base64 behind a prefix that elsewhere has hexadecimal digits
/// behind it.
///
/// * No time is signed. The id is `/event_id`, the type `/event_type`. 30 s to answer.
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
