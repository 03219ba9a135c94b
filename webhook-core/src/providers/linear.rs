use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Linear webhooks.
///
/// `Linear-Signature` is a hex HMAC-SHA-256 over the body.
///
/// * The timestamp is `/webhookTimestamp` in the signed body, in milliseconds. Linear retries after
///   1 min, 1 h and 6 h, and a retry keeps that timestamp. So a delivery may be as old as the last
///   retry, and 60 s ahead. Linear's SDK refuses such retries, because it allows 60 s. The header
///   `Linear-Timestamp` is unsigned and ignored.
/// * `Linear-Delivery` is an unsigned label, and `/webhookId` names the webhook. The replay key
///   comes from the body. The event type is `/type`.
/// * Only 200 is success. Linear waits 5 s for an answer.
///
/// Source: <https://linear.app/developers/webhooks> and @linear/sdk 98.0.0.
pub const LINEAR: Provider = Provider::new(
    "linear",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("linear-signature")
        .time_in_body("/webhookTimestamp", TimeUnit::Millis)
        .tolerance_secs(RETRIES_SECS + 60, 60)],
)
.id_in_headers(&["linear-delivery"])
.type_at(&["/type"])
.answers_within_millis(5_000)
.retries_for_secs(RETRIES_SECS)
.retries_keep_time()
.succeeds_with(Success::Only200)
.identified_by(
    Identity::Content,
    "the body carries the timestamp of the delivery, which a retry keeps",
)
.configured_by(&[Parameter::secret("signing_secret")])
.documented_at("https://linear.app/developers/webhooks");

/// The last of three retries: 1 min, 1 h and 6 h after the failure before it.
const RETRIES_SECS: u32 = 60 + 3600 + 6 * 3600;
