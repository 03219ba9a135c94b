use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;

/// Toss Payments (Korea) webhooks of payouts: `payout.changed` and `seller.changed`.
///
/// `tosspayments-webhook-signature: v1:<base64>,v1:<base64>` is an HMAC-SHA-256 over the body, a
/// colon and the timestamp in `tosspayments-webhook-transmission-time` (RFC 3339). Any entry may
/// match. The secret is the security key (보안 키) of the developer centre, 64 hexadecimal digits.
///
/// * **Toss Payments signs no other events.** Payments (`PAYMENT_STATUS_CHANGED`,
///   `CANCEL_STATUS_CHANGED`), billing keys and BrandPay come without a signature and are refused:
///   use another URL for them, and fetch the payment by its `paymentKey`. `DEPOSIT_CALLBACK`
///   carries the `secret` that the answer to the approval of this payment had.
/// * Toss Payments does not say whether the key is the text or the decoded bytes. Its encryption
///   uses the bytes, public implementations of this signature the text. Both are tried: neither is
///   known to anyone else.
/// * The timestamp is that of the attempt. Toss Payments documents no tolerance; the default is 300
///   s in both directions.
/// * The event id is `/eventId`, the event type is `/eventType`. The header
///   `tosspayments-webhook-transmission-id` is not signed.
/// * Only 200 is success. Toss Payments retries seven times, over 3 days and 19 hours.
///
/// Source: <https://docs.tosspayments.com/reference/using-api/webhook-events>,
/// <https://docs.tosspayments.com/guides/webhook> and
/// <https://docs.tosspayments.com/guides/v2/payouts> (read on 2026-11-30).
pub const TOSS_PAYMENTS: Provider =
    Provider::new("toss-payments", &[V1, V1.keyed_by(KeyFormat::Utf8)])
        .with_key_format(KeyFormat::Hex)
        .with_aliases(&["tosspayments", "toss"])
        .id_at(&["/eventId"])
        .type_at(&["/eventType"])
        .retries_for_secs(60 * (1 + 4 + 16 + 64 + 256 + 1024 + 4096))
        .succeeds_with(Success::Only200)
        .hints(&[(
            RejectionKind::MissingHeader,
            "only payout.changed and seller.changed are signed: fetch a payment by its paymentKey",
        )])
        .configured_by(&[
            Parameter::secret("security_key"),
            Parameter::identifier("client_key"),
        ])
        .documented_at("https://docs.tosspayments.com/reference/using-api/webhook-events");

const V1: Scheme = Scheme::hmac(
    Algorithm::HmacSha256,
    &[Part::Body, Part::Literal(":"), Part::Time],
)
.in_header("tosspayments-webhook-signature")
.colon_pairs(b',', "v1")
.encoding(Encoding::Base64)
.time_in_header("tosspayments-webhook-transmission-time", TimeUnit::Rfc3339);
