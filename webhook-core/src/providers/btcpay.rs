use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme, Success};

/// BTCPay Server webhooks.
///
/// `BTCPay-Sig: sha256=<hex>` is an HMAC-SHA-256 over the body. The secret is the secret of the
/// webhook.
///
/// * There is no separate signed timestamp; `/timestamp` is part of the body. The event id is
///   `/originalDeliveryId`, which stays the same when a delivery is sent again; `/deliveryId`
///   changes. The event type is `/type`.
/// * BTCPay retries after 10 s, 1 min and six times 10 min, only on network errors, 408, 429 and
///   5xx.
/// * Any 2xx is success.
///
/// Source: <https://docs.btcpayserver.org/API/Greenfield/v1/#tag/Webhooks> and `WebhookSender.cs`,
/// the sender's code.
pub const BTCPAY: Provider = Provider::new(
    "btcpay",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("btcpay-sig")
        .prefix("sha256=")],
)
.id_at(&["/originalDeliveryId"])
.type_at(&["/type"])
.retries_for_secs(3670)
.succeeds_with(Success::Any2xx)
.documented_at("https://docs.btcpayserver.org/API/Greenfield/v1/#tag/Webhooks");
