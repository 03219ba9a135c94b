

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{KEY_ID, Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// WeChat Pay, API version 3. The key is that of `Wechatpay-Serial`: a platform certificate in PEM, or the public key of an id
/// `PUB_KEY_ID_…`. Either it is configured, and with the setting `kid` a delivery that names another is refused; or a
/// [`KeySource`](crate::KeySource) of yours gives what belongs to a serial number, in PEM: WeChat's answer is encrypted.
///
/// Signed with RSA and SHA-256: time, nonce and body, each with a line break behind it.
///
/// A delivery is refused when it is 300 s old. The id is in the signed body. `resource` is encrypted with the account's API key, and left as
/// it is.
///
/// WeChat sends signatures that begin with `WECHATPAY/SIGNTEST/` and are wrong on purpose: they are refused like any other. A delivery
/// is tried for up to a day and wants an answer within five seconds.
///
/// 200 and 204 are success.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4013053249>
pub const WECHATPAY: Provider = Provider::new(
    "wechatpay",
    &[Scheme::signature(
        Algorithm::RsaSha256,
        &[
            Part::Time,
            Part::Literal("\n"),
            Part::Header("wechatpay-nonce"),
            Part::Literal("\n"),
            Part::Body,
            Part::Literal("\n"),
        ],
    )
    .in_header("wechatpay-signature")
    .encoding(Encoding::Base64)
    .key_in_header("wechatpay-serial")
    .time_in_header("wechatpay-timestamp", TimeUnit::Seconds)
    .tolerance_secs(299, 299)],
)
.id_at(&["/id"])
.type_at(&["/event_type"])
.with_aliases(&["wechat-pay"])
.configured_by(&[
    KEY_ID,
    Parameter::identifier("mch_id"),
    Parameter::identifier("app_id"),
])
.documented_at("https://pay.weixin.qq.com/doc/v3/merchant/4013053249")
.retries_for_secs(86_400)
.answers_within_millis(5_000)
.succeeds_with(Success::OneOf(&[200, 204]));
