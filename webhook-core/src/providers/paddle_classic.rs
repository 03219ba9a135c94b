

use crate::provider::{Coverage, Parameter, Provider, Scheme};
use crate::secret::KeyFormat;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::rsa_values::PaddleClassic;

/// Paddle Classic webhooks, of the product before Paddle Billing ([`PADDLE`](super::PADDLE)).
///
/// The form field `p_signature` is a base64 RSA signature with SHA-1. The signed message is PHP's
/// `serialize` of the other fields, sorted by name, all as strings. The public key is that of the
/// vendor's dashboard.
///
/// * The signature covers every field with its length, but not the spelling of the form. So
///   [`Coverage::body`] is false: only names and values count.
/// * SHA-1 is legacy and only verified: no [`Signer`](crate::Signer) creates it.
/// * `event_time` has no zone and is not checked. The replay key comes from the signed message,
///   which includes `alert_id`.
/// * A form with a repeated field is refused.
///
/// Source: <https://developer.paddle.com/webhook-reference/verifying-webhooks>
pub const PADDLE_CLASSIC: Provider = Provider::new("paddle-classic", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .retries_for_secs(3 * 24 * 60 * 60)
    .configured_by(&[Parameter::identifier("vendor_id")])
    .documented_at("https://developer.paddle.com/webhook-reference/verifying-webhooks");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &PaddleClassic,
    Coverage {
        values: true,
        ..Coverage::NONE
    },
    "all fields of the form (RSA, SHA-1)",
)
.in_body("/p_signature")];
