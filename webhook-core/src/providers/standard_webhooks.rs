use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme, Success};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;

/// Webhooks of any sender that follows the Standard Webhooks specification 1.0.0, with symmetric
/// signatures (`v1`).
///
/// `webhook-signature: v1,<base64> v1,<base64> …` holds HMAC-SHA-256 tags over the id, the
/// timestamp and the body, joined by dots. The id is in `webhook-id`, and the timestamp is in
/// `webhook-timestamp`. Any entry may match; entries of other versions, such as `v1a`, are ignored.
/// The secret is `whsec_` and 24 to 64 bytes in base64; the prefix may be missing.
///
/// * The tolerance is 300 s in both directions. The timestamp is that of the attempt; the id stays
///   the same over retries.
/// * The specification's example schedule retries for 75 hours and 35 minutes.
/// * An id must not contain a dot, because a dot ends the id in the signed message.
/// * Any 2xx is success; 410 ends the subscription. The specification asks senders to wait 15 to 30
///   s.
///
/// Source:
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.
pub const STANDARD_WEBHOOKS: Provider = standard("standard-webhooks")
    .with_aliases(&["standard-webhooks-v1"])
    .retries_for_secs(75 * 3600 + 35 * 60 + 5)
    .answers_within_millis(15_000)
    .succeeds_with(Success::Any2xx)
    .documented_at("https://www.standardwebhooks.com/");

/// A provider that follows the specification. Its own file documents what differs.
pub(super) const fn standard(name: &'static str) -> Provider {
    const V1: Scheme = v1("webhook-id", "webhook-timestamp", "webhook-signature");
    Provider::new(name, &[V1])
        .with_key_format(KeyFormat::Whsec)
        .type_at(&["/type"])
}

/// The `v1` scheme with these header names.
pub(super) const fn v1(id: &'static str, time: &'static str, signature: &'static str) -> Scheme {
    Scheme::hmac(
        Algorithm::HmacSha256,
        &[
            Part::Id,
            Part::Literal("."),
            Part::Time,
            Part::Literal("."),
            Part::Body,
        ],
    )
    .in_header(signature)
    .versions("v1")
    .encoding(Encoding::Base64)
    .id_in_header(id)
    .time_in_header(time, TimeUnit::Seconds)
}
