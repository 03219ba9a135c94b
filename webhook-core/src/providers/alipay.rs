

use crate::provider::{Coverage, Parameter, Provider, Scheme};
use crate::secret::KeyFormat;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::rsa_values::Alipay;

/// Alipay, asynchronous notifications.
///
/// A form with `sign` in it: base64, RSA, SHA-256 (`RSA2`), over `name=value` of its other fields, decoded, in byte order, with `&` between;
/// empty ones are left out. Notifications of a trade leave out `sign_type` too, those of the service market do not, and both are taken. The key is
/// Alipay's public one, not your app's.
///
/// * **Names and values are signed without a mark that cannot be in them**, and empty fields not at all: a value with `&` in it reads like
///   two fields. So [`Coverage::body`] is false. Check `app_id`, `seller_id`, `out_trade_no` and `total_amount` against what you know.
/// * A field that is there twice is refused. `sign_type` has to be `RSA2`.
/// * No time is signed that could be checked: `notify_time` has no zone, and says when the notification was made. Deliveries are told apart by
///   what is signed of them; `notify_id` is the same in retries, the time may not be, so a retry may run again.
/// * The bytes are signed as the form has them: a `charset` of `GBK` is verified too, and yours to decode.
/// * The answer has to be the text `success`, so answer it from the handler, and copies with `answer_duplicates`. Retried for 25 hours.
///
/// Source: <https://opendocs.alipay.com/open/204/105301>, and alipay-sdk (npm), whose tests are among the vectors.
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
    "fields of a form that are not empty (RSA, SHA-256)",
)
.in_body("/sign")];
