use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme, Success};

/// BTCPay Server.
///
/// `BTCPay-Sig: sha256=<hex>`, HMAC-SHA-256 over the body. The key is the secret of the webhook.
///
/// * No time is signed for itself: `/timestamp` is in the body. The id is `/originalDeliveryId`, which stays the same when a delivery is
///   sent again; `/deliveryId` does not. The type is `/type`.
/// * Retries after 10 s, 1 min and six times 10 min, on network errors, 408, 429 and 5xx alone.
/// * Any 2xx is success.
///
/// Source: <https://docs.btcpayserver.org/API/Greenfield/v1/#tag/Webhooks> and BTCPay's `WebhookSender.cs`, the sender.
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
