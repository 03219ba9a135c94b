

use crate::provider::{Coverage, Parameter, Provider, Scheme};
use crate::secret::KeyFormat;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::rsa_values::Alipay;

/// Alipay asynchronous notifications.
///
/// The form field `sign` is a base64 RSA signature with SHA-256 (`RSA2`). The signed message is
/// `name=value` of the other fields, decoded, in byte order and joined by `&`. Empty fields are
/// left out. Trade notifications also leave out `sign_type`; those of the service market include
/// it. Both forms are accepted. The public key is Alipay's, not your app's.
///
/// * **The separators can occur inside names and values**, and the signature does not cover empty
///   fields. A value that contains `&` reads like two fields. So [`Coverage::body`] is false. Check
///   `app_id`, `seller_id`, `out_trade_no` and `total_amount` against the values you know.
/// * A form with a repeated field is refused. `sign_type` must be `RSA2`.
/// * The signature covers no timestamp that can be checked: `notify_time` has no zone and says when
///   the notification was made. The replay key comes from the signed message. `notify_id` stays the
///   same over retries, but the time may change, so a retry may run again.
/// * The signature covers the bytes as the form has them. A `charset` of `GBK` verifies too; decode
///   it yourself.
/// * The answer must be the text `success`. Send it from the handler, and set it for duplicates
///   with `answer_duplicates`. Alipay retries for 25 hours.
///
/// Source: <https://opendocs.alipay.com/open/204/105301>, and alipay-sdk (npm), whose tests are
/// among the vectors.
pub const ALIPAY: Provider = Provider::new("alipay", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .retries_for_secs(25 * 60 * 60)
    .configured_by(&[
        Parameter::secret("alipay_public_key"),
        Parameter::identifier("app_id"),
    ])
    .documented_at("https://opendocs.alipay.com/open/204/105301");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &Alipay,
    Coverage {
        values: true,
        ..Coverage::NONE
    },
    "non-empty fields of the form (RSA, SHA-256)",
)
.in_body("/sign")];
