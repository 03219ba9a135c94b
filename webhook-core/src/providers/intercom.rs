use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme, Success};

/// Intercom webhooks.
///
/// `X-Hub-Signature: sha1=<hex>` is an HMAC-SHA-1 over the body; Intercom offers no stronger hash.
/// The secret is the app's client secret.
///
/// * The signature covers no timestamp. The event id is `/id` (`notif_…`), and the event type is
///   `/topic`; `ping` is a test.
/// * Third parties report a `HEAD` request at setup. The endpoint answers it with 200, which only
///   reveals that an endpoint exists.
/// * Intercom waits 5 s for an answer and retries once, a minute later. 410 ends the subscription.
///   Any 2xx is success.
/// * 1000 errors in a row pause the subscription for 15 minutes, and 7 days of errors suspend it.
///
/// Source: <https://developers.intercom.com/docs/webhooks/webhook-notifications>.
pub const INTERCOM: Provider = Provider::new(
    "intercom",
    &[Scheme::hmac(Algorithm::HmacSha1, &[Part::Body])
        .in_header("x-hub-signature")
        .prefix("sha1=")],
)
.id_at(&["/id"])
.type_at(&["/topic"])
.answers(Handshake::new(
    Challenge::Method("HEAD"),
    Reply::Status(200),
))
.answers_within_millis(5_000)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("client_secret"),
    Parameter::identifier("client_id"),
    Parameter::identifier("app_id"),
])
.documented_at("https://developers.intercom.com/docs/webhooks/webhook-notifications");
