use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Identity, Parameter, Part, Provider, Reply, Scheme};

/// Dropbox.
///
/// `X-Dropbox-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the app secret.
///
/// * A delivery only says whose files have changed, in the same words every time. It has no id, type or signed time, so **nothing tells
///   a copy from the next notification and copies run**: ask Dropbox what has changed, which is harmless twice.
/// * The `GET` with `challenge`, which is to be answered within 10 s, is unsigned and answered here with the value as `text/plain`. That is harmless: nothing is remembered, and
///   whoever asks gets his own word back, in a form that no browser runs.
///
/// Source: <https://www.dropbox.com/developers/reference/webhooks> and dropbox/mdwebhook.
pub const DROPBOX: Provider = Provider::new(
    "dropbox",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-dropbox-signature")],
)
.identified_by(
    Identity::Indistinct,
    "a notification says only whose files have changed, in the same words every time",
)
.answers(Handshake::new(
    Challenge::Query("GET", "challenge"),
    Reply::Text,
))
.configured_by(&[
    Parameter::secret("app_secret"),
    Parameter::identifier("app_key"),
])
.documented_at("https://www.dropbox.com/developers/reference/webhooks");
