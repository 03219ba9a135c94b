use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Stripe, snapshot and thin events alike.
///
/// `Stripe-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA-256 over `t`, a dot and the body. The key is the whole
/// `whsec_…` text, not decoded. While a secret is rolled there are several `v1`, and any may match. Only `v1` counts: `v0`
/// is a test scheme.
///
/// * Tolerance 300 s, as in Stripe's libraries; those look at the past only, this at both sides.
/// * The id `/id` (`evt_…`) stays the same over retries, which go on for three days and are signed anew.
/// * Endpoints made in the dashboard, by the CLI and for Connect have different secrets: give all that apply.
/// * Events that come through EventBridge or Event Grid are not signed this way.
/// * Any 2xx is success.
///
/// Source: <https://docs.stripe.com/webhooks> and stripe-node's `Webhooks.ts`.
pub const STRIPE: Provider = Provider::new(
    "stripe",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("stripe-signature")
    .pairs(b',', "v1")
    .time_in_pair("t", TimeUnit::Seconds)],
)
.id_at(&["/id"])
.type_at(&["/type"])
.mode_at("/livemode", true)
.retries_for_secs(3 * 24 * 3600)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("signing_secret"),
    Parameter::secret("endpoint_secret"),
    Parameter::secret("webhook_secret"),
    Parameter::identifier("publishable_key"),
])
.documented_at("https://docs.stripe.com/webhooks");
