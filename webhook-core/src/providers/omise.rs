use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;

/// Omise (Opn Payments) webhooks.
///
/// `Omise-Signature: <hex>[,<hex>]` is an HMAC-SHA-256 over the timestamp in
/// `Omise-Signature-Timestamp` (seconds), a dot and the body. The secret is **decoded from
/// base64**. During a rotation, both secrets sign.
///
/// * No documented tolerance was found. The default is 300 s in both directions.
/// * The event id is `/id` (`evnt_…`), and the event type is `/key`.
/// * Independent implementations agree on this scheme. Omise recommends verification, but its text
///   was not seen.
///
/// Source: <https://docs.omise.co/api-webhooks>.
pub const OMISE: Provider = Provider::new(
    "omise",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("omise-signature")
    .list(b',')
    .time_in_header("omise-signature-timestamp", TimeUnit::Seconds)],
)
.with_aliases(&["opn"])
.with_key_format(KeyFormat::Base64)
.id_at(&["/id"])
.type_at(&["/key"])
.configured_by(&[
    Parameter::secret("webhook_secret"),
    Parameter::identifier("public_key"),
])
.documented_at("https://docs.omise.co/api-webhooks");
