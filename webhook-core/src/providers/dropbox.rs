use crate::{Algorithm, Part, Provider, Scheme};

/// Dropbox.
///
/// `X-Dropbox-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the app secret.
///
/// * A delivery only says whose files have changed, in the same words every time. It has no id, type or signed time, so **nothing tells
///   a copy from the next notification and copies run**: ask Dropbox what has changed, which is harmless twice.
/// * The `GET` with `challenge` is unsigned and not answered here: give it a route of its own, which answers the value as
///   `text/plain` with `X-Content-Type-Options: nosniff`.
///
/// Source: <https://www.dropbox.com/developers/reference/webhooks> and dropbox/mdwebhook.
pub const DROPBOX: Provider = Provider::new(
    "dropbox",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-dropbox-signature")],
)
.content_repeats()
.documented_at("https://www.dropbox.com/developers/reference/webhooks");
