

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{KEY_ID, Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// WeChat Pay notifications of API version 3.
///
/// The public key is that of `Wechatpay-Serial`: a platform certificate in PEM, or the public key
/// of an id `PUB_KEY_ID_…`. Configure it, or have your [`KeySource`](crate::KeySource) return the
/// key of a serial number in PEM, because WeChat's answer is encrypted. With the setting `kid`, a
/// delivery that names another key is refused.
///
/// The signature is RSA with SHA-256 over the timestamp, the nonce and the body, each followed by a
/// line break.
///
/// A delivery is refused when it is 300 s old. The event id is in the signed body. `resource` is
/// encrypted with the account's API key and passed on unchanged.
///
/// WeChat sends signatures that begin with `WECHATPAY/SIGNTEST/` and are wrong on purpose. They are
/// refused like any other wrong signature. WeChat retries for up to a day and waits five seconds
/// for an answer.
///
/// 200 and 204 are success.
///
/// Source: <https://pay.weixin.qq.com/doc/v3/merchant/4013053249>
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
