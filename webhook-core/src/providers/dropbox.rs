use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Identity, Parameter, Part, Provider, Reply, Scheme};

/// Dropbox webhooks.
///
/// `X-Dropbox-Signature` is a hex HMAC-SHA-256 over the body. The secret is the app secret.
///
/// * A delivery only says whose files have changed, always in the same words. It has no id, no type
///   and no signed timestamp. **A duplicate looks like the next notification, so duplicates run.**
///   Ask Dropbox what has changed; asking twice is harmless.
/// * The handshake is an unsigned `GET` with `challenge`, which must be answered within 10 s. The
///   endpoint answers it with the value as `text/plain`. That is harmless: nothing is remembered,
///   and the requester receives its own text in a form that no browser runs.
///
/// Source: <https://www.dropbox.com/developers/reference/webhooks> and dropbox/mdwebhook.
pub const DROPBOX: Provider = Provider::new(
    "dropbox",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-dropbox-signature")],
)
.identified_by(
    Identity::Indistinct,
    "a notification only says whose files have changed, always in the same words",
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
