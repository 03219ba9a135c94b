

use crate::provider::{Challenge, Handshake, Parameter, Provider, Questions, Reply, When};
use crate::providers::discord::SCHEME;

/// Discord, interactions: commands, buttons, forms. Signed as [`DISCORD`](super::DISCORD) is, and checked by Discord in the same way.
///
/// The `PING` has `type` 1 and is answered with `{"type":1}`. Everything else is the handler's to
/// answer within three seconds, with a body, so a copy is not answered as a duplicate: it runs
/// again. Interactions are not retried. The id is in the signed body.
///
/// <https://docs.discord.com/developers/interactions/overview>
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
