

use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme, When};
use crate::time::TimeUnit;

/// Of everything that Discord sends.
pub(super) const SCHEME: Scheme = Scheme::signature(Algorithm::Ed25519, &[Part::Time, Part::Body])
    .in_header("x-signature-ed25519")
    .time_in_header("x-signature-timestamp", TimeUnit::Seconds)
    .tolerance_secs(900, 300);

/// Discord, webhook events. The key is the application's public key, 64 hexadecimal digits, from its General Information page.
///
/// Signed with Ed25519: time and body. Discord calls the time no more than a timestamp and says nothing about its age. Events are
/// retried for up to ten minutes, so one is fresh for fifteen.
///
/// An event has no id and is told apart by its content. Discord asks for 204; whether another 2xx is success to it is not known, so let
/// the handler answer that.
///
/// Discord sends deliberately bad signatures as a check, and takes an endpoint out of service that does not answer them with 401.
/// Before that it sends a `PING`, which is signed like any event and has `type` 0: answered 204. The field means something else in an
/// interaction, so those are [`DISCORD_INTERACTIONS`](super::DISCORD_INTERACTIONS) and need an endpoint of their own.
///
/// <https://docs.discord.com/developers/events/webhook-events>
pub const DISCORD: Provider = Provider::new("discord", &[SCHEME])
    .type_at(&["/event/type"])
    .answers(Handshake::new(
        Challenge::Signed {
            when: When::Number("/type", 0),
            value: "/type",
        },
        Reply::Status(204),
    ))
    .configured_by(&[Parameter::identifier("application_id")])
    .documented_at("https://docs.discord.com/developers/events/webhook-events")
    .retries_for_secs(600)
    .answers_within_millis(3_000);
