use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// dLocal, payments.
///
/// `Authorization: V2-HMAC-SHA256, Signature: <hex>`, HMAC-SHA-256 over the login, the time of `X-Date` (RFC 3339) and the body, with nothing
/// between. The secret is written `login:secret key`; the header `X-Login` is not looked at.
///
/// * Notifications of dLocal Go, Platforms and Verifications are signed in other ways and are not this.
/// * No tolerance is documented; 300 s to both sides here.
/// * `/id` is the payment's, which has several states: deliveries are told apart by their content.
/// * Only 200 is success; retries every hour for seven days.
///
/// Source: <https://docs.dlocal.com/docs/receive-notifications>.
pub const DLOCAL: Provider = Provider::new(
    "dlocal",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Login, Part::Time, Part::Body],
    )
    .in_header("authorization")
    .prefix("V2-HMAC-SHA256, Signature: ")
    .time_in_header("x-date", TimeUnit::Rfc3339)],
)
.id_at(&["/id"])
.identified_by(
    Identity::Content,
    "`/id` names the payment, which has several states",
)
.retries_for_secs(7 * 24 * 3600)
.succeeds_with(Success::Only200)
.documented_at("https://docs.dlocal.com/docs/receive-notifications");
