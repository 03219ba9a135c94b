

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Binance Pay webhooks.
///
/// The public key is the one of `/binancepay/openapi/certificates` whose serial number is in
/// `BinancePay-Certificate-SN`. Configure it, or have your [`KeySource`](crate::KeySource) ask
/// Binance and return the `certPublic` of that number. With the setting `kid`, a delivery that
/// names another number is refused.
///
/// The signature is RSA with SHA-256 over the timestamp, the nonce and the body, each followed by a
/// line break.
///
/// Binance documents no tolerance; the default is 300 s. `bizIdStr` names the order, which has
/// several events, so the replay key comes from the body. `bizId` is the same value as a number,
/// which many JSON readers round.
///
/// Binance reads the answer: `{"returnCode":"SUCCESS","returnMessage":null}`.
///
/// Only 200 is success. Binance retries six times.
///
/// Source: <https://developers.binance.com/docs/binance-pay/webhook-common>
pub const BINANCE_PAY: Provider = Provider::new(
    "binance-pay",
    &[Scheme::signature(
        Algorithm::RsaSha256,
        &[
            Part::Time,
            Part::Literal("\n"),
            Part::Header("binancepay-nonce"),
            Part::Literal("\n"),
            Part::Body,
            Part::Literal("\n"),
        ],
    )
    .in_header("binancepay-signature")
    .encoding(Encoding::Base64)
    .key_in_header("binancepay-certificate-sn")
    .time_in_header("binancepay-timestamp", TimeUnit::Millis)],
)
.succeeds_with(Success::Only200)
.id_at(&["/bizIdStr"])
.type_at(&["/bizType"])
.with_aliases(&["binancepay"])
.identified_by(
    Identity::Content,
    "`bizIdStr` names the order, which has several events",
)
.documented_at("https://developers.binance.com/docs/binance-pay/webhook-common");
