use crate::provider::{Coverage, Identity, Provider, Scheme, Success};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;
use crate::verify::custom::dlocal::{Dlocal, TAG};

/// dLocal payment notifications.
///
/// `Authorization: V2-HMAC-SHA256, Signature: <hex>` is an HMAC-SHA-256 over the login, the
/// timestamp in `X-Date` (RFC 3339) and the body, without separators. The secret is written
/// `login:secret key`. The header `X-Login` is ignored.
///
/// * Notifications of dLocal Go, Platforms and Verifications use other schemes.
/// * dLocal documents no tolerance. The default is 300 s in both directions.
/// * `/id` names the payment, which has several states, so the replay key comes from the body.
/// * Only 200 is success. dLocal retries every hour for seven days.
///
/// Source: <https://docs.dlocal.com/docs/receive-notifications>.
pub const DLOCAL: Provider = Provider::new(
    "dlocal",
    &[Scheme::with_code(
        &Dlocal,
        Coverage::NONE.with_body().with_time(),
        "login, timestamp, body (HMAC-SHA-256)",
    )
    .in_header(TAG)
    .timed(TimeUnit::Rfc3339)
    .time_is("`x-date`")],
)
.with_key_format(KeyFormat::Basic)
.id_at(&["/id"])
.identified_by(
    Identity::Content,
    "`/id` names the payment, which has several states",
)
.retries_for_secs(7 * 24 * 3600)
.succeeds_with(Success::Only200)
.documented_at("https://docs.dlocal.com/docs/receive-notifications");
