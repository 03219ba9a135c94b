use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Persona webhooks.
///
/// `Persona-Signature: t=<seconds>,v1=<hex>` is an HMAC-SHA-256 over `t`, a dot and the body.
/// During a rotation there are two such sets with the same `t`, separated by a space, and any may
/// match. The secret is the whole `wbhsec_…` text.
///
/// * Persona documents no tolerance. The default is 300 s in both directions.
/// * The event id is `/data/id` (`evt_…`), and the event type is `/data/attributes/name`.
/// * 200, 201, 202 and 204 within 5 s are success. Documents disagree about the number of retries.
///
/// Source: <https://docs.withpersona.com/webhooks-best-practices>.
pub const PERSONA: Provider = Provider::new(
    "persona",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("persona-signature")
    .pair_sets(b',', "v1")
    .time_in_pair("t", TimeUnit::Seconds)],
)
.id_at(&["/data/id"])
.type_at(&["/data/attributes/name"])
.answers_within_millis(5_000)
.succeeds_with(Success::OneOf(&[200, 201, 202, 204]))
.configured_by(&[Parameter::secret("webhook_secret")])
.documented_at("https://docs.withpersona.com/webhooks-best-practices");
