

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Part, Provider, Scheme, Success};

/// EBANX notifications.
///
/// The public key is that of `ebanx-notifications-public.pem`.
///
/// The signature is RSA with SHA-1 over the body, which is a form. The documentation spells the
/// header in two ways; both are accepted. The signature covers no timestamp.
///
/// A notification has no id. It names payments (`hash_codes`), whose state the handler must fetch.
/// Equal bodies may report different events, so duplicates run.
///
/// Only 200 is success.
///
/// Source: <https://developers.ebanx.com/integrations/notifications>
pub const EBANX: Provider = Provider::new(
    "ebanx",
    &[Scheme::signature(Algorithm::RsaSha1, &[Part::Body])
        .in_any_header(&["x-signature-content", "x-signaturecontent"])
        .encoding(Encoding::Base64)],
)
.identified_by(
    Identity::Indistinct,
    "a notification names payments but not what happened to them",
)
.succeeds_with(Success::Only200)
.same_headers(&[&["x-signature-content", "x-signaturecontent"]])
.parses_forms()
.documented_at("https://developers.ebanx.com/integrations/notifications");
