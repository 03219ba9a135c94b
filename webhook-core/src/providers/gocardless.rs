use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success};

/// GoCardless webhooks.
///
/// `Webhook-Signature` is a hex HMAC-SHA-256 over the body. The secret is the endpoint's secret.
///
/// * The signature covers no timestamp. A delivery is a batch of up to 250 events, each with an id,
///   so the replay key comes from the body, which also has the id of the delivery
///   (`/meta/webhook_id`). The event type is `/events/0/action`.
/// * GoCardless asks for 498 on a bad signature. The answer here is 401, which is not success
///   either.
/// * Any 2xx is success. GoCardless asks for 204 if an event is of no interest.
///
/// Source: <https://developer.gocardless.com/api-reference/#webhooks-overview> and
/// gocardless-nodejs.
pub const GOCARDLESS: Provider = Provider::new(
    "gocardless",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("webhook-signature")],
)
.id_at(&["/events/0/id"])
.identified_by(
    Identity::Content,
    "a delivery is a batch of events, and each event has an id",
)
.type_at(&["/events/0/action"])
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("endpoint_secret"),
    Parameter::secret("webhook_endpoint_secret"),
])
.documented_at("https://developer.gocardless.com/api-reference/#webhooks-overview");
