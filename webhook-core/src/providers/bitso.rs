

use crate::provider::{Coverage, KEY_ID, Provider, Scheme};
use crate::secret::KeyFormat;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::rsa_values::Bitso;

/// Bitso.
///
/// `x-bitso-webhook-event-signature`: base64, RSA, SHA-256, over the value of `payload` in the body, as compact JSON. `x-bitso-key-id` names the key:
/// configure it, or a [`KeySource`](crate::KeySource) of yours that asks Bitso for its list. With the setting `kid`, the configured key
/// is that one and no other.
///
/// * **`/event` is not signed**, and nothing else is beside `payload`: [`Coverage::body`] is false.
/// * The payload is taken as it came, without the white space between its tokens. How Bitso spells letters beyond ASCII in what it signs is
///   not said; what is sent as it was signed verifies.
/// * No time is signed. Deliveries are told apart by their payload, so that one of the same content is a copy.
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
