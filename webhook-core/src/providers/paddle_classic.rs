

use crate::provider::{Coverage, Parameter, Provider, Scheme};
use crate::secret::KeyFormat;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::rsa_values::PaddleClassic;

/// Paddle Classic, the product before Paddle Billing ([`PADDLE`](super::PADDLE)).
///
/// A form with `p_signature` in it: base64, RSA, SHA-1, over what PHP's `serialize` makes of its other fields, sorted by name, all as texts. The key is
/// the public one of the vendor's dashboard.
///
/// * Every field is signed, behind its length. The form's spelling is not, so [`Coverage::body`] is false: names and values are what counts.
/// * SHA-1 is legacy, and verified only: no [`Signer`](crate::Signer) makes it.
/// * `event_time` has no zone and is not checked; deliveries are told apart by what is signed of them, `alert_id` among it.
/// * A field that is there twice is refused.
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
    "all fields of a form (RSA, SHA-1)",
)
.in_body("/p_signature")];
