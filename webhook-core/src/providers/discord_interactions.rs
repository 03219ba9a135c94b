

use crate::provider::{Challenge, Handshake, Parameter, Provider, Questions, Reply, When};
use crate::providers::discord::SCHEME;

/// Discord interactions: commands, buttons and forms.
///
/// The signature is that of [`DISCORD`](super::DISCORD), and Discord checks the endpoint in the
/// same way.
///
/// The `PING` has `type` 1 and is answered with `{"type":1}`. The handler must answer every other
/// interaction within three seconds, with a body. So a copy is not answered as a duplicate: it runs
/// again. Discord does not retry interactions. The event id is in the signed body.
///
/// Source: <https://docs.discord.com/developers/interactions/overview>
pub const DISCORD_INTERACTIONS: Provider = Provider::new("discord-interactions", &[SCHEME])
    .id_at(&["/id"])
    .type_at(&["/type"])
    .answers(Handshake::new(
        Challenge::Signed {
            when: When::Number("/type", 1),
            value: "/type",
        },
        Reply::Json(r#"{"type":1}"#),
    ))
    .asks(Questions::All)
    .configured_by(&[Parameter::identifier("application_id")])
    .documented_at("https://docs.discord.com/developers/interactions/overview")
    .answers_within_millis(3_000);
