use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Stripe webhooks with snapshot and thin events.
///
/// `Stripe-Signature: t=<seconds>,v1=<hex>` is an HMAC-SHA-256 over `t`, a dot and the body. The
/// secret is the whole `whsec_…` text, undecoded. While a secret is rolled there are several `v1`,
/// and any may match. Only `v1` counts: `v0` is a test scheme.
///
/// * The tolerance is 300 s, as in Stripe's libraries. The libraries apply it only to the past;
///   here it applies in both directions.
/// * The event id `/id` (`evt_…`) stays the same over retries. Stripe retries for three days and
///   signs each retry again.
/// * Endpoints created in the dashboard, by the CLI and for Connect have different secrets;
///   configure all that apply.
/// * Events through EventBridge or Event Grid are not signed this way.
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
