use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;

/// Omise (Opn Payments).
///
/// `Omise-Signature: <hex>[,<hex>]`, HMAC-SHA-256 over the time of `Omise-Signature-Timestamp` in seconds, a dot and the body. The key is the
/// secret **decoded from base64**. While a secret is rotated, both sign.
///
/// * No tolerance was found; 300 s to both sides here.
/// * The id is `/id` (`evnt_…`), the type `/key`.
/// * This is what independent implementations agree on; Omise recommends verification but its text was not seen.
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
