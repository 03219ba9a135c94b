use crate::{Algorithm, Encoding, KeyFormat, Parameter, Part, Provider, Scheme};

/// Adyen for Platforms, Management and Balance webhooks.
///
/// `HmacSignature`: base64, HMAC-SHA-256 over the body, to the last line break. The key is the HMAC key, **decoded from hexadecimal**.
///
/// * Standard payment notifications carry a signature for each item inside the body and are not this.
/// * No time is signed and no id is common to all events: deliveries are told apart by their content. The type is `/type`.
///
/// Source: <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures> and Adyen's libraries.
pub const ADYEN_PLATFORMS: Provider = Provider::new(
    "adyen-platforms",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("hmacsignature")
        .encoding(Encoding::Base64)],
)
.aliases(&["adyen-hmac-header"])
.key_format(KeyFormat::Hex)
.type_at(&["/type"])
.configured_by(&[
    Parameter::secret("hmac_key"),
    Parameter::identifier("client_key"),
])
.documented_at(
    "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
);
