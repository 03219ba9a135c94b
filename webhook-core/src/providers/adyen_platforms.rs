use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::secret::KeyFormat;

/// Adyen for Platforms, Management and Balance webhooks.
///
/// `HmacSignature` is a base64 HMAC-SHA-256 over the body, up to and including the last line break.
/// The secret is the HMAC key, **decoded from hex**.
///
/// * Standard payment notifications carry a signature for each item inside the body; use
///   [`ADYEN`](super::ADYEN) for them.
/// * The signature covers no timestamp, and no id is common to all events. The replay key comes
///   from the body. The event type is `/type`.
///
/// Source:
/// <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures>
/// and Adyen's libraries.
pub const ADYEN_PLATFORMS: Provider = Provider::new(
    "adyen-platforms",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("hmacsignature")
        .encoding(Encoding::Base64)],
)
.with_aliases(&["adyen-hmac-header"])
.with_key_format(KeyFormat::Hex)
.type_at(&["/type"])
.configured_by(&[
    Parameter::secret("hmac_key"),
    Parameter::identifier("client_key"),
])
.documented_at(
    "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
);
