use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Pusher Channels webhooks.
///
/// `X-Pusher-Signature` is a hex HMAC-SHA-256 over the body. The secret is that of the app key in
/// `X-Pusher-Key`. With the setting `key`, that header must be the app key, or one of several,
/// separated by commas. Without the setting, every secret is tried.
///
/// * There is no separate signed timestamp; `/time_ms` is part of the body. A delivery is a batch
///   without an id, so the replay key comes from the body. The event type is `/events/0/name`.
///
/// Source: <https://pusher.com/docs/channels/server_api/webhooks/> and pusher-http-node
/// (`webhook.js`).
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
