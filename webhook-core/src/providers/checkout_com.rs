use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Checkout.com webhooks.
///
/// `Cko-Signature` is a hex HMAC-SHA-256 over the body. The secret is the signature key of the
/// webhook. A workflow may also send an `Authorization` header. With the setting `authorization`,
/// that header must equal the setting.
///
/// * The signature covers no timestamp. The event id is `/id` (`evt_…`), and the event type is
///   `/type`.
///
/// Source: <https://www.checkout.com/docs/workflows/set-up-your-webhook-receiver>.
pub const CHECKOUT_COM: Provider = Provider::new(
    "checkout-com",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("cko-signature")],
)
.id_at(&["/id"])
.type_at(&["/type"])
.configured_by(&[
    Parameter::secret("signature_key"),
    Parameter::extra_secret("authorization").in_header("authorization"),
    Parameter::identifier("public_key"),
])
.documented_at("https://www.checkout.com/docs/workflows/set-up-your-webhook-receiver");
