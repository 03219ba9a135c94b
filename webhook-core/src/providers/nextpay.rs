use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme, Success};

/// NextPay of the Philippines (nextpay.world).
///
/// `x-nextpay-signature`: hexadecimal, HMAC-SHA-256 over the body. Another product of that name sends `t=…,v1=…` in the same
/// header; it is not this one, and is refused.
///
/// * No time is signed. The id is `/id`, the type `/type`; copies happen.
/// * 30 s to answer.
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
