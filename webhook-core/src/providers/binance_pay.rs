

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Binance Pay. The key is the one of `/binancepay/openapi/certificates` whose serial number is in `BinancePay-Certificate-SN`. Either it is
/// configured, and with the setting `kid` a delivery that names another is refused; or a [`KeySource`](crate::KeySource) of yours asks
/// Binance, and gives the `certPublic` of that number.
///
/// Signed with RSA and SHA-256: time, nonce and body, each with a line break behind it.
///
/// No tolerance is documented; it is 300 s. `bizIdStr` names the order, which has several events,
/// so a delivery is known by its content. `bizId` is the same as a number, which many JSON readers
/// round.
///
/// Binance reads the answer: `{"returnCode":"SUCCESS","returnMessage":null}`.
///
/// Only 200 is success.
///
/// <https://developers.binance.com/docs/binance-pay/webhook-common>
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
