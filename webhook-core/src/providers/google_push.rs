use crate::provider::{Identity, Labels, Parameter, Provider, Scheme};

/// Google push notifications: Calendar, Drive and other APIs with `watch` channels.
///
/// `X-Goog-Channel-Token` is the `token` that you chose for the channel. **Nothing is signed**: the
/// token only identifies the sender.
///
/// * A notification only says that something has changed: its body is empty. Ask the API what.
///   `X-Goog-Message-Number` counts the messages of a channel, so the replay key comes from the
///   channel and that number.
/// * The first message of a channel has the state `sync` and the number 1. The event type is
///   `X-Goog-Resource-State`.
/// * A channel without a token cannot be told from a forgery and is refused. Gmail notifies through
///   Cloud Pub/Sub instead.
/// * 200, 201, 202, 204 and 102 are success.
/// * Independent descriptions and implementations agree on this scheme. Google's own page was not
///   read for it.
///
/// Source: <https://developers.google.com/workspace/calendar/api/guides/push>.
pub const GOOGLE_PUSH: Provider = Provider::new(
    "google-push",
    &[Scheme::token().in_header("x-goog-channel-token")],
)
.with_aliases(&["google-calendar", "google-drive"])
.id_in_headers(&["x-goog-message-number"])
.type_in_headers(&["x-goog-resource-state"])
.identified_by(
    Identity::ContentAndLabels {
        labels: Labels::Headers(&["x-goog-channel-id", "x-goog-message-number"]),
        at_most: None,
    },
    "the body is empty; the channel counts its messages",
)
.configured_by(&[Parameter::secret("channel_token")])
.documented_at("https://developers.google.com/workspace/calendar/api/guides/push");
