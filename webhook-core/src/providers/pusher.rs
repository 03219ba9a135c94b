use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Pusher Channels.
///
/// `X-Pusher-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the secret of the app
/// key that `X-Pusher-Key` names. With the setting `key`, that header has to be the app key, or one
/// of several with commas between. Without it every secret is tried.
///
/// * No time is signed for itself: `/time_ms` is in the body. A delivery is a batch without an id and told apart by its content. The
///   type is `/events/0/name`.
///
/// Source: <https://pusher.com/docs/channels/server_api/webhooks/> and pusher-http-node (`webhook.js`).
pub const PUSHER: Provider = Provider::new(
    "pusher",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-pusher-signature")],
)
.type_at(&["/events/0/name"])
.configured_by(&[
    Parameter::secret("app_secret"),
    Parameter::identifier("key").in_header("x-pusher-key"),
    Parameter::identifier("app_id"),
    Parameter::identifier("cluster"),
])
.documented_at("https://pusher.com/docs/channels/server_api/webhooks/");
