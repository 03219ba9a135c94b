use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Revolut webhooks: Business, Merchant and Crypto Ramp.
///
/// `Revolut-Signature: v1=<hex>,v1=<hex>` is an HMAC-SHA-256 over `v1.`, the timestamp in
/// `Revolut-Request-Timestamp` (milliseconds), a dot and the body. The secret is the signing secret
/// (`wsk_…`). During a rotation both secrets sign, and any entry may match.
///
/// * The tolerance is 300 s, as Revolut asks for.
/// * Events have no id, so the replay key comes from the body. The event type is `/event`.
///
/// Source:
/// <https://developer.revolut.com/docs/guides/manage-accounts/webhooks/verify-the-payload-signature>.
pub const REVOLUT: Provider = Provider::new(
    "revolut",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[
            Part::Literal("v1."),
            Part::Time,
            Part::Literal("."),
            Part::Body,
        ],
    )
    .in_header("revolut-signature")
    .pairs(b',', "v1")
    .time_in_header("revolut-request-timestamp", TimeUnit::Millis)],
)
.type_at(&["/event"])
.configured_by(&[
    Parameter::secret("signing_secret"),
    Parameter::identifier("client_id"),
])
.documented_at(
    "https://developer.revolut.com/docs/guides/manage-accounts/webhooks/verify-the-payload-signature",
);
