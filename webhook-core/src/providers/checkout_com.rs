use crate::{Algorithm, Part, Provider, Scheme};

/// Checkout.com.
///
/// `Cko-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the webhook's signature key. An `Authorization` that may be
/// configured besides is not looked at.
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
.documented_at("https://www.checkout.com/docs/workflows/set-up-your-webhook-receiver");
