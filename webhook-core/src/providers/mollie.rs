use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme};

/// Mollie next-generation webhooks (beta).
///
/// `X-Mollie-Signature: sha256=<hex>` is an HMAC-SHA-256 over the body. The hex digits alone are
/// also accepted, as in Mollie's SDK. A delivery without the header is refused; the SDK takes it
/// for a classic webhook.
///
/// * Classic webhooks (a form with `id=tr_…`) are unsigned and not supported here.
/// * The signature covers no timestamp. The event id is `/id`, and the event type is `/type`.
///
/// Source: <https://docs.mollie.com/reference/webhooks-best-practices> and mollie-api-php
/// (`SignatureValidator`).
pub const MOLLIE: Provider = Provider::new("mollie", &[BODY.prefix("sha256="), BODY])
    .id_at(&["/id"])
    .type_at(&["/type"])
    .documented_at("https://docs.mollie.com/reference/webhooks-best-practices");

const BODY: Scheme =
    Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-mollie-signature");
