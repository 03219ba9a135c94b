use crate::{Algorithm, Part, Provider, Scheme, TimeUnit};

/// Twitch EventSub.
///
/// `Twitch-Eventsub-Message-Signature: sha256=<hex>`, HMAC-SHA-256 over id, time and body with nothing between; id and time are those of
/// `Twitch-Eventsub-Message-Id` and `-Timestamp` (RFC 3339 with nanoseconds, signed as written).
///
/// * Tolerance 600 s, as Twitch asks for.
/// * `Twitch-Eventsub-Message-Type`, which tells notifications, challenges and revocations apart, is **unsigned**: look at the body, where
///   a challenge has `/challenge` and the type is `/subscription/type`.
/// * A challenge reaches your handler: answer 200 and the text of `/challenge`, bare.
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
.aliases(&["twitch-eventsub"])
.type_at(&["/subscription/type"])
.documented_at("https://dev.twitch.tv/docs/eventsub/handling-webhook-events/");
