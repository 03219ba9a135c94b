use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Moneybird webhooks.
///
/// `Moneybird-Signature: t=<seconds>,v1=<hex>` is an HMAC-SHA-256 over `t`, a dot and the body.
/// While a secret is rotated, there is one `v1` for each active secret; any may match. The secret
/// is the signing secret of the webhook.
///
/// * The default tolerance is 300 s in both directions.
/// * A delivery has no id, so the replay key comes from the body. The event type is `/action`.
///
/// Source: <https://developer.moneybird.com/webhooks/verifying-signatures> (read on 2026-11-29).
pub const MONEYBIRD: Provider = Provider::new(
    "moneybird",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("moneybird-signature")
    .pairs(b',', "v1")
    .time_in_pair("t", TimeUnit::Seconds)],
)
.type_at(&["/action"])
.configured_by(&[Parameter::secret("signing_secret")])
.documented_at("https://developer.moneybird.com/webhooks/verifying-signatures");
