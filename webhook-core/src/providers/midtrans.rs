use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success};

/// Midtrans notifications.
///
/// `/signature_key` of the body is a hex SHA-512 over `order_id`, `status_code`, `gross_amount` and
/// the server key, as they are sent.
///
/// * **The signature covers neither `transaction_status` nor `fraud_status`**: fetch the status
///   before you act on it.
/// * The signed values do not tell a settlement from a refund of the same order. So duplicates run,
///   and the handler must be idempotent.
/// * Pay-account notices sign other values and are refused.
/// * Midtrans retries a 500 once, a 503 four times, and other failures up to five times.
/// * Any 2xx is success.
///
/// Source: <https://docs.midtrans.com/reference/receiving-notifications>.
pub const MIDTRANS: Provider = Provider::new(
    "midtrans",
    &[Scheme::hash(
        Algorithm::Sha512,
        &[
            Part::Field("/order_id"),
            Part::Field("/status_code"),
            Part::Field("/gross_amount"),
            Part::Secret,
        ],
    )
    .in_body("/signature_key")],
)
.id_at(&["/transaction_id"])
.type_at(&["/transaction_status"])
.identified_by(
    Identity::Indistinct,
    "the signed values do not tell a settlement from a refund of the same order",
)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("server_key"),
    Parameter::identifier("client_key"),
    Parameter::identifier("merchant_id"),
])
.documented_at("https://docs.midtrans.com/reference/receiving-notifications");
