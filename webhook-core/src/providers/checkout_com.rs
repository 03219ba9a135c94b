use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Checkout.com.
///
/// `Cko-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the webhook's signature key. A workflow may have an `Authorization` besides:
/// with the setting `authorization`, the header has to be that text.
///
/// * No time is signed. The id is `/id` (`evt_…`), the type `/type`.
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
