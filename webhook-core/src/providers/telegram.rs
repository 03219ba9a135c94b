use crate::provider::{Parameter, Provider, Scheme, Success};

/// Telegram bots.
///
/// `X-Telegram-Bot-Api-Secret-Token` is the `secret_token` of `setWebhook`. **Nothing is signed**: the token says who sent the
/// request.
///
/// * The id is `/update_id`, which grows with every update of a bot. The type is the name of the one other field, and so is not
///   given here.
/// * Retries with pauses of up to two minutes, honouring `Retry-After`, until the update expires.
/// * Any 2xx is success.
///
/// Source: <https://core.telegram.org/bots/api#setwebhook> and tdlib/telegram-bot-api, the sender.
pub const TELEGRAM: Provider = Provider::new(
    "telegram",
    &[Scheme::token().in_header("x-telegram-bot-api-secret-token")],
)
.id_at(&["/update_id"])
.succeeds_with(Success::Any2xx)
.configured_by(&[Parameter::secret("secret_token")])
.documented_at("https://core.telegram.org/bots/api#setwebhook");
