use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success};

/// GoCardless.
///
/// `Webhook-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the endpoint's secret.
///
/// * No time is signed. A delivery is a batch of up to 250 events, each with an id, and is told apart by its content. The type is
///   `/events/0/action`.
/// * GoCardless asks for 498 on a bad signature; 401 is answered here, which is no success either.
/// * Any 2xx is success; 204 is asked for where an event is of no interest.
///
/// Source: <https://developer.gocardless.com/api-reference/#webhooks-overview> and gocardless-nodejs.
pub const GOCARDLESS: Provider = Provider::new(
    "gocardless",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("webhook-signature")],
)
.id_at(&["/events/0/id"])
.identified_by(
    Identity::Content,
    "a delivery is a batch of events, each with its id",
)
.type_at(&["/events/0/action"])
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("endpoint_secret"),
    Parameter::secret("webhook_endpoint_secret"),
])
.documented_at("https://developer.gocardless.com/api-reference/#webhooks-overview");
