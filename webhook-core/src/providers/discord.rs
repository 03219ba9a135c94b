use crate::algorithm::Algorithm;
use crate::provider::Provider;
use crate::scheme::{Part, Scheme};
use crate::time::TimeUnit;

/// Discord, interactions and webhook events. The key is the application's public key, 64 hexadecimal digits, from its General
/// Information page.
///
/// Signed with Ed25519: time and body. Discord calls the time no more than a timestamp and says nothing about its age. Events are
/// retried for up to ten minutes, so one is fresh for fifteen.
///
/// The id is that of an interaction, which is not retried; an event has none and is told apart by its content.
///
/// Discord sends deliberately bad signatures as a check, and takes an endpoint out of service that does not answer them with 401.
/// Before that it sends a `PING`, which is signed like any delivery and reaches the handler: an interaction of `type` 1 wants
/// `{"type":1}` back, an event of `type` 0 wants 204. The two kinds share the field, so give each an endpoint of its own.
///
/// <https://docs.discord.com/developers/events/webhook-events>
pub const DISCORD: Provider = Provider::new(
    "discord",
    &[
        Scheme::signature(Algorithm::Ed25519, &[Part::Time, Part::Body])
            .in_header("x-signature-ed25519")
            .time_in_header("x-signature-timestamp", TimeUnit::Seconds)
            .tolerance_secs(900, 300),
    ],
)
.id_at(&["/id"])
.type_at(&["/event/type"])
.documented_at("https://docs.discord.com/developers/events/webhook-events")
.retries_for_secs(600)
.answers_within_millis(3_000);
