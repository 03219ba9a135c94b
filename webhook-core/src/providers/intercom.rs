use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme, Success};

/// Intercom.
///
/// `X-Hub-Signature: sha1=<hex>`, HMAC-SHA-1 over the body; Intercom knows nothing better. The key is the app's client secret.
///
/// * No time is signed. The id is `/id` (`notif_…`), the type `/topic`; `ping` is a test.
/// * The `HEAD` at set-up, of which others report, is answered 200 here, which says nothing but that there is an endpoint.
/// * 5 s to answer, one retry a minute later. 410 ends the subscription. Any 2xx is success.
/// * 1000 errors in a row pause the subscription for 15 minutes, 7 days of them suspend it.
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
