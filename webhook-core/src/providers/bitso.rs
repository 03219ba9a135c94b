

use crate::provider::{Coverage, KEY_ID, Provider, Scheme};
use crate::secret::KeyFormat;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::rsa_values::Bitso;

/// Bitso webhooks.
///
/// `x-bitso-webhook-event-signature` is a base64 RSA signature with SHA-256. The signed message is
/// the value of `payload` in the body, as compact JSON. `x-bitso-key-id` names the public key.
/// Configure it, or have your [`KeySource`](crate::KeySource) ask Bitso for its list. With the
/// setting `kid`, the configured key counts only for that id.
///
/// * **The signature covers only `payload`**, not `/event` or any other field. [`Coverage::body`]
///   is false.
/// * The signed message is the payload as received, without the white space between its tokens.
///   Bitso does not document how it writes non-ASCII characters in the signed message. A payload
///   that is sent as it was signed verifies.
/// * The signature covers no timestamp. The replay key comes from the payload, so an event with an
///   equal payload counts as a duplicate.
///
/// Source: <https://docs.bitso.com/bitso-payouts-funding/docs/webhook-event-signatures>
pub const BITSO: Provider = Provider::new("bitso", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .type_at(&["/event"])
    .configured_by(&[KEY_ID])
    .documented_at("https://docs.bitso.com/bitso-payouts-funding/docs/webhook-event-signatures");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &Bitso,
    Coverage {
        values: true,
        ..Coverage::NONE
    },
    "`payload` of the body (RSA, SHA-256)",
)
.in_header("x-bitso-webhook-event-signature")
.reads_body()];
