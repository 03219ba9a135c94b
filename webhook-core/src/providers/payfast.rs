use crate::provider::{Coverage, Parameter, Provider, Scheme, Success};
use crate::verify::custom::payfast::{Payfast, TAG};

/// Payfast (South Africa) Instant Transaction Notifications (ITN).
///
/// A delivery is a form. Its last field `signature` is MD5, in hexadecimal digits, over the fields
/// before it, in their order, and `passphrase`, all as PHP's `urlencode` writes them. Empty fields
/// are signed too. The secret is the passphrase of the account.
///
/// * **Without a passphrase anyone can compute the signature.** Payfast lets an account have none;
///   its notifications are refused.
/// * **MD5 with a passphrase behind the message is weak.** Whoever has seen a notification can
///   guess passphrases at the speed of MD5, so take a long random one, of letters and digits.
///   Collisions of MD5 can be computed: who may choose a part of what is signed, such as a name,
///   might get a signature that also fits other values. So treat a notification as a hint, and
///   before you ship, compare `merchant_id` and `amount_gross` with your order. Payfast's SDK also
///   posts the fields back to `https://www.payfast.co.za/eng/query/validate`, which answers
///   `VALID`. The endpoint does not do it.
/// * The values are signed, not their spelling, so the replay key comes from the signed message. A
///   field behind `signature`, a repeated field and a name that is not a word are refused.
///   Payfast's example removes backslashes from values before it hashes them; here they are signed
///   as sent.
/// * The signature covers no timestamp. `pf_payment_id` names the payment, and `payment_status` its
///   state, such as `COMPLETE`.
/// * Only 200 is success. Payfast retries at once, after 10 minutes, and then in growing intervals.
///   Its page does not say for how long.
///
/// Source: <https://www.payfast.co.za/documentation/itn/>,
/// <https://support.payfast.co.za/portal/en/kb/articles/common-causes-of-a-failed-integration-signature-mismatch>
/// and <https://github.com/Payfast/payfast-php-sdk> (`Notification.php` and its tests), read on
/// 2026-11-30.
pub const PAYFAST: Provider = Provider::new(
    "payfast",
    &[Scheme::with_code(
        &Payfast,
        Coverage {
            values: true,
            ..Coverage::NONE
        },
        "fields of the form in their order, and the passphrase (MD5)",
    )
    .in_form(TAG)],
)
.parses_forms()
.succeeds_with(Success::Only200)
.configured_by(&[
    Parameter::secret("passphrase"),
    Parameter::identifier("merchant_id"),
    Parameter::identifier("merchant_key"),
])
.documented_at("https://www.payfast.co.za/documentation/itn/");
