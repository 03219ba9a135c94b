use crate::provider::{Coverage, Parameter, Provider, Scheme};
use crate::verify::custom::docusign::{DocuSign, FIRST};

/// DocuSign Connect webhooks with HMAC.
///
/// `X-DocuSign-Signature-1`, `-2`, … are base64 HMAC-SHA-256 tags over the body (JSON or XML), one
/// for each active key of the account. Any pair of header and secret may match. The secret is the
/// text that DocuSign shows. It looks like base64 but is not decoded.
///
/// * The signature covers no timestamp, and events have no id: envelope, event and
///   `generatedDateTime` together name one. The replay key comes from the body.
///
/// Source: <https://developers.docusign.com/platform/webhooks/connect/validate/> and DocuSign's
/// sample listener.
pub const DOCUSIGN: Provider = Provider::new(
    "docusign",
    &[
        Scheme::with_code(&DocuSign, Coverage::NONE.with_body(), "body (HMAC-SHA-256)")
            .in_header(FIRST),
    ],
)
.type_at(&["/event"])
.configured_by(&[
    Parameter::secret("hmac_key"),
    Parameter::secret("connect_key"),
    Parameter::identifier("account_id"),
    Parameter::identifier("integration_key"),
])
.documented_at("https://developers.docusign.com/platform/webhooks/connect/validate/");
