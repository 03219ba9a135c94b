use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Persona.
///
/// `Persona-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA-256 over `t`, a dot and the body. While a secret is rotated there are two such sets with
/// a space between, of one `t`, and any may match. The key is the whole `wbhsec_…`.
///
/// * No tolerance is documented; 300 s to both sides here.
/// * The id is `/data/id` (`evt_…`), the type `/data/attributes/name`.
/// * 200, 201, 202 and 204 are success, within 5 s; documents differ about the number of retries.
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
