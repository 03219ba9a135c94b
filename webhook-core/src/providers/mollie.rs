use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme};

/// Mollie, next-generation webhooks (beta).
///
/// `X-Mollie-Signature: sha256=<hex>`, or the digits alone, as Mollie's SDK takes them too; HMAC-SHA-256 over the body. A delivery
/// without the header is refused, where the SDK takes it for a classic one.
///
/// * Classic webhooks (a form with `id=tr_…`) are not signed and are not this.
/// * No time is signed. The id is `/id`, the type `/type`.
///
/// Source: <https://docs.mollie.com/reference/webhooks-best-practices> and mollie-api-php (`SignatureValidator`).
pub const MOLLIE: Provider = Provider::new("mollie", &[BODY.prefix("sha256="), BODY])
    .id_at(&["/id"])
    .type_at(&["/type"])
    .documented_at("https://docs.mollie.com/reference/webhooks-best-practices");

const BODY: Scheme =
    Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-mollie-signature");
