use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme};
use crate::secret::KeyFormat;

/// PhonePe standard checkout webhooks.
///
/// The `Authorization` header is the hex SHA-256 of `username:password` and is always the same.
/// **Nothing is signed**: the hash only identifies the sender, and anyone who can read a delivery
/// learns it.
///
/// * The older checkout sends `X-VERIFY`, which is another scheme.
/// * Events have no id, so the replay key comes from the body. The event type is `/event` or
///   `/type`. Ask PhonePe for the state of the order.
///
/// Source:
/// <https://developer.phonepe.com/payment-gateway/website-integration/standard-checkout/api-integration/api-reference/webhook>
/// and phonepe-pg-sdk-node.
pub const PHONEPE: Provider = Provider::new(
    "phonepe",
    &[Scheme::hash(Algorithm::Sha256, &[Part::Secret]).in_header("authorization")],
)
.with_key_format(KeyFormat::Basic)
.type_at(&["/event", "/type"])
.documented_at(
    "https://developer.phonepe.com/payment-gateway/website-integration/standard-checkout/api-integration/api-reference/webhook",
);
