use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme};
use crate::secret::KeyFormat;

/// PhonePe, standard checkout.
///
/// The `Authorization` header is the hexadecimal SHA-256 of `username:password`, the same every time. **Nothing is signed**: it says who sent
/// the request, to all who can read one.
///
/// * The older checkout's `X-VERIFY` is not this.
/// * Events have no id and are told apart by their content. The type is `/event` or `/type`. Ask PhonePe for the state of the
///   order.
///
/// Source: <https://developer.phonepe.com/payment-gateway/website-integration/standard-checkout/api-integration/api-reference/webhook> and
/// phonepe-pg-sdk-node.
pub const PHONEPE: Provider = Provider::new(
    "phonepe",
    &[Scheme::hash(Algorithm::Sha256, &[Part::Secret]).in_header("authorization")],
)
.with_key_format(KeyFormat::Basic)
.type_at(&["/event", "/type"])
.documented_at(
    "https://developer.phonepe.com/payment-gateway/website-integration/standard-checkout/api-integration/api-reference/webhook",
);
