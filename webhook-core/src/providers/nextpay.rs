use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme, Success};

/// NextPay (Philippines, nextpay.world) webhooks.
///
/// `x-nextpay-signature` is a hex HMAC-SHA-256 over the body. Another product called NextPay sends
/// `t=…,v1=…` in the same header; its deliveries are refused.
///
/// * The signature covers no timestamp. The event id is `/id`, and the event type is `/type`.
///   NextPay may send duplicates.
/// * NextPay waits 30 s for an answer.
/// * Any 2xx is success.
///
/// Source: NextPay's webhook guide.
pub const NEXTPAY: Provider = Provider::new(
    "nextpay",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-nextpay-signature")],
)
.id_at(&["/id"])
.type_at(&["/type"])
.answers_within_millis(30_000)
.succeeds_with(Success::Any2xx)
.documented_at("https://docs.nextpay.world/");
