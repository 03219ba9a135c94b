use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// WorkOS webhooks.
///
/// `WorkOS-Signature: t=<milliseconds>, v1=<hex>` is an HMAC-SHA-256 over `t`, a dot and the body.
/// The space is optional.
///
/// * The tolerance is 180 s, as in WorkOS' SDKs. Actions use the same header but 30 s: set
///   [`tolerance`](crate::EndpointBuilder::tolerance) for them.
/// * The event id is `/id`, and the event type is `/event`.
/// * Any 2xx is success. WorkOS retries twelve times over three days.
///
/// Source: <https://workos.com/docs/events/data-syncing/webhooks>, workos 10.8.0 (Python) and
/// @workos-inc/node 8.13.0. The last one signs parsed JSON: do not copy that.
pub const WORKOS: Provider = Provider::new(
    "workos",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("workos-signature")
    .spaced_pairs(b',', "v1")
    .time_in_pair("t", TimeUnit::Millis)
    .tolerance_secs(180, 180)],
)
.id_at(&["/id"])
.type_at(&["/event"])
.retries_for_secs(3 * 24 * 3600)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("webhook_secret"),
    Parameter::secret("signing_secret"),
    Parameter::identifier("client_id"),
])
.documented_at("https://workos.com/docs/events/data-syncing/webhooks");
