use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// DocuSign Connect with HMAC.
///
/// `X-DocuSign-Signature-1`, `-2`, …, one for each active key of the account: base64, HMAC-SHA-256 over the body, JSON or
/// XML. Any pair of header and key may match. The key is the text DocuSign shows; it looks like base64 and is not decoded.
///
/// * No time is signed and events have no id: envelope, event and `generatedDateTime` together name one. Deliveries are
///   told apart by their content.
///
/// Source: <https://developers.docusign.com/platform/webhooks/connect/validate/> and DocuSign's sample listener.
pub const DOCUSIGN: Provider = Provider::new(
    "docusign",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_numbered_headers("x-docusign-signature-")
        .encoding(Encoding::Base64)],
)
.type_at(&["/event"])
.configured_by(&[
    Parameter::secret("hmac_key"),
    Parameter::secret("connect_key"),
    Parameter::identifier("account_id"),
    Parameter::identifier("integration_key"),
])
.documented_at("https://developers.docusign.com/platform/webhooks/connect/validate/");
