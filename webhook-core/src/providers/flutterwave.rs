use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// Flutterwave webhooks of version 4.
///
/// `flutterwave-signature` is a base64 HMAC-SHA-256 over the body. The secret is the secret hash of
/// the dashboard. Version 3 sends that hash itself: see [`FLUTTERWAVE_V3`](super::FLUTTERWAVE_V3).
///
/// * The signature covers no timestamp. `/webhook_id` is reported as a label; the replay key comes
///   from the body. The event type is `/type`.
/// * Independent implementations agree that the signature is base64; Flutterwave itself does not
///   state it.
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
    "Flutterwave does not document what `/webhook_id` names",
)
.type_at(&["/type"])
.configured_by(&[
    Parameter::secret("secret_hash"),
    Parameter::identifier("client_id"),
    Parameter::identifier("public_key"),
])
.documented_at("https://developer.flutterwave.com/docs/webhooks");
