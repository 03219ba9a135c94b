use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Webflow webhooks that an app created.
///
/// `x-webflow-signature` is a hex HMAC-SHA-256 over the timestamp in `x-webflow-timestamp`
/// (milliseconds), a colon and the body. The secret is the client secret of the app.
///
/// * **Webhooks that were created in the dashboard or with a site token are not signed** and are
///   refused.
/// * The tolerance is 300 s in both directions; Webflow recommends five minutes.
/// * Events have no id, so the replay key comes from the body. The event type is `/triggerType`.
///
/// Source: <https://developers.webflow.com/data/docs/working-with-webhooks> (read on 2026-11-29).
pub const WEBFLOW: Provider = Provider::new(
    "webflow",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal(":"), Part::Body],
    )
    .in_header("x-webflow-signature")
    .time_in_header("x-webflow-timestamp", TimeUnit::Millis)],
)
.type_at(&["/triggerType"])
.configured_by(&[
    Parameter::secret("client_secret"),
    Parameter::identifier("client_id"),
])
.documented_at("https://developers.webflow.com/data/docs/working-with-webhooks");
