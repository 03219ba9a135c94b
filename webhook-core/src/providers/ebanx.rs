

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Part, Provider, Scheme, Success};

/// EBANX. The key is that of `ebanx-notifications-public.pem`.
///
/// Signed with RSA and SHA-1: the body, which is a form. The documentation writes the header in two ways; either will do. No time is
/// signed.
///
/// A notification has no id: it names payments, `hash_codes`, whose state is to be fetched. Deliveries are told apart by their
/// content, and the same content may be news again, so that copies run.
///
/// Only 200 is success.
///
/// <https://developers.ebanx.com/integrations/notifications>
pub const EBANX: Provider = Provider::new(
    "ebanx",
    &[Scheme::signature(Algorithm::RsaSha1, &[Part::Body])
        .in_any_header(&["x-signature-content", "x-signaturecontent"])
        .encoding(Encoding::Base64)],
)
.identified_by(
    Identity::Indistinct,
    "a notification names payments and not what happened to them",
)
.succeeds_with(Success::Only200)
.same_headers(&[&["x-signature-content", "x-signaturecontent"]])
.documented_at("https://developers.ebanx.com/integrations/notifications");
