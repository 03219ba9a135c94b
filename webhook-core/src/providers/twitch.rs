use crate::crypto::Algorithm;
use crate::provider::{
    Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme, Success, When,
};
use crate::time::TimeUnit;

/// Twitch EventSub.
///
/// `Twitch-Eventsub-Message-Signature: sha256=<hex>`, HMAC-SHA-256 over id, time and body with nothing between; id and time are those of
/// `Twitch-Eventsub-Message-Id` and `-Timestamp` (RFC 3339 with nanoseconds, signed as written).
///
/// * Tolerance 600 s, as Twitch asks for.
/// * `Twitch-Eventsub-Message-Type`, which tells notifications, challenges and revocations apart, is **unsigned**: look at the body, where
///   a challenge has `/challenge` and the type is `/subscription/type`.
/// * A challenge is known by the signed `/challenge`, whatever the header says. It is verified and answered here with that text, and
///   reaches no handler.
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
