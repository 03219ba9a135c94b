use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme};

/// Mollie next-generation webhooks (beta).
///
/// `X-Mollie-Signature: sha256=<hex>` is an HMAC-SHA-256 over the body. The hex digits alone are
/// also accepted, as in Mollie's SDK. A delivery without the header is refused; the SDK takes it
/// for a classic webhook.
///
/// * For 24 hours after a rotation, Mollie sends the header twice, signed with each secret. Two
///   lines and one with a comma are the same. One secret is enough.
/// * Mollie waits 15 s for an answer and retries ten times within 26 hours.
/// * Classic webhooks (a form with `id=tr_…`) are unsigned and refused here. The notification
///   [`MOLLIE_CLASSIC`](crate::notification::MOLLIE_CLASSIC) takes them: it fetches the object that
///   they name.
/// * The signature covers no timestamp. The event id is `/id`, and the event type is `/type`.
///
/// Source: <https://docs.mollie.com/reference/webhooks-best-practices> and mollie-api-php
/// (`SignatureValidator`).
pub const MOLLIE: Provider = Provider::new("mollie", &[BODY.spaced_pairs(b',', "sha256"), BODY])
    .id_at(&["/id"])
    .type_at(&["/type"])
    .answers_within_millis(15_000)
    .retries_for_secs(26 * 3600)
    .documented_at("https://docs.mollie.com/reference/webhooks-best-practices");

const BODY: Scheme =
    Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header_lines("x-mollie-signature");
