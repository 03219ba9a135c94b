

use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme, When};
use crate::time::TimeUnit;

/// The scheme of everything that Discord sends.
pub(super) const SCHEME: Scheme = Scheme::signature(Algorithm::Ed25519, &[Part::Time, Part::Body])
    .in_header("x-signature-ed25519")
    .time_in_header("x-signature-timestamp", TimeUnit::Seconds)
    .tolerance_secs(900, 300);

/// Discord webhook events.
///
/// The public key is the application's, 64 hex digits from its General Information page.
///
/// The signature is Ed25519 over the timestamp and the body. Discord calls the value only a
/// timestamp and says nothing about its age. Discord retries events for up to ten minutes, so the
/// tolerance is fifteen minutes.
///
/// An event has no id, so the replay key comes from the body. Discord asks for 204. Whether Discord
/// accepts another 2xx is not known, so answer 204 from the handler.
///
/// Discord checks an endpoint with deliberately wrong signatures, and disables an endpoint that
/// does not answer them with 401. Before that it sends a `PING` with `type` 0, which is signed like
/// any event and answered 204. The field has another meaning in an interaction. So interactions
/// need a separate endpoint with [`DISCORD_INTERACTIONS`](super::DISCORD_INTERACTIONS).
///
/// Source: <https://docs.discord.com/developers/events/webhook-events>
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
