use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// Flutterwave, version 4.
///
/// `flutterwave-signature`: base64, HMAC-SHA-256 over the body. The key is the secret hash of the dashboard. Version 3 sends that hash itself:
/// [`FLUTTERWAVE_V3`](super::FLUTTERWAVE_V3).
///
/// * No time is signed. `/webhook_id` is shown as a label; deliveries are told apart by their content. The type is `/type`.
/// * That the signature is base64 is what independent implementations agree on, and not Flutterwave's own word.
///
/// Source: <https://developer.flutterwave.com/docs/webhooks>.
pub const FLUTTERWAVE: Provider = Provider::new(
    "flutterwave",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("flutterwave-signature")
        .encoding(Encoding::Base64)],
)
.id_at(&["/webhook_id"])
.identified_by(
    Identity::Content,
    "the page does not say what `/webhook_id` names",
)
.type_at(&["/type"])
.configured_by(&[
    Parameter::secret("secret_hash"),
    Parameter::identifier("client_id"),
    Parameter::identifier("public_key"),
])
.documented_at("https://developer.flutterwave.com/docs/webhooks");
