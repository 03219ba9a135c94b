use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Mux webhooks.
///
/// `Mux-Signature: t=<seconds>,v1=<hex>` is an HMAC-SHA-256 over `t`, a dot and the body. Any `v1`
/// may match.
///
/// * The tolerance is 300 s, as in Mux's SDKs. The SDKs apply it only to the past; here it applies
///   in both directions.
/// * The event id is `/id`, and the event type is `/type`.
///
/// Source: <https://docs.mux.com/guides/verify-webhook-signatures>, @mux/mux-node 15.3.0 and
/// mux-elixir.
pub const MUX: Provider = Provider::new(
    "mux",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("mux-signature")
    .pairs(b',', "v1")
    .time_in_pair("t", TimeUnit::Seconds)],
)
.id_at(&["/id"])
.type_at(&["/type"])
.configured_by(&[
    Parameter::secret("signing_secret"),
    Parameter::secret("webhook_secret"),
])
.documented_at("https://docs.mux.com/guides/verify-webhook-signatures");
