use crate::crypto::Algorithm;
use crate::provider::{
    Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme, Success, When,
};
use crate::time::TimeUnit;

/// Twitch EventSub webhooks.
///
/// `Twitch-Eventsub-Message-Signature: sha256=<hex>` is an HMAC-SHA-256 over the id, the timestamp
/// and the body, without separators. They are in `Twitch-Eventsub-Message-Id` and
/// `Twitch-Eventsub-Message-Timestamp` (RFC 3339 with nanoseconds, signed as written).
///
/// * The tolerance is 600 s, as Twitch asks for.
/// * `Twitch-Eventsub-Message-Type` tells notifications, challenges and revocations apart but is
///   **unsigned**. Look at the body instead: a challenge has `/challenge`, and the event type is
///   `/subscription/type`.
/// * The signed `/challenge` identifies a challenge, whatever the header says. The challenge is
///   verified and answered here with that text, and reaches no handler.
/// * Any 2xx is success.
///
/// Source: <https://dev.twitch.tv/docs/eventsub/handling-webhook-events/> and twitchdev/twitch-cli.
pub const TWITCH: Provider = Provider::new(
    "twitch",
    &[
        Scheme::hmac(Algorithm::HmacSha256, &[Part::Id, Part::Time, Part::Body])
            .in_header("twitch-eventsub-message-signature")
            .prefix("sha256=")
            .id_in_header("twitch-eventsub-message-id")
            .time_in_header("twitch-eventsub-message-timestamp", TimeUnit::Rfc3339)
            .tolerance_secs(600, 600),
    ],
)
.with_aliases(&["twitch-eventsub"])
.type_at(&["/subscription/type"])
.answers(Handshake::new(
    Challenge::Signed {
        when: When::Has("/challenge"),
        value: "/challenge",
    },
    Reply::Text,
))
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("webhook_secret"),
    Parameter::identifier("client_id"),
])
.documented_at("https://dev.twitch.tv/docs/eventsub/handling-webhook-events/");
