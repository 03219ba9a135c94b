use crate::provider::{Parameter, Provider, Scheme, Success};

/// Telegram bot webhooks.
///
/// `X-Telegram-Bot-Api-Secret-Token` is the `secret_token` of `setWebhook`. **Nothing is signed**:
/// the token only identifies the sender.
///
/// * The event id is `/update_id`, which grows with every update of a bot. The event type is the
///   name of the one other field, so it is not reported here.
/// * Telegram retries with pauses of up to two minutes and honours `Retry-After`, until the update
///   expires.
/// * Any 2xx is success.
///
/// Source: <https://core.telegram.org/bots/api#setwebhook> and tdlib/telegram-bot-api, the sender's
/// code.
pub const TELEGRAM: Provider = Provider::new(
    "telegram",
    &[Scheme::token().in_header("x-telegram-bot-api-secret-token")],
)
.id_at(&["/update_id"])
.succeeds_with(Success::Any2xx)
.configured_by(&[Parameter::secret("secret_token")])
.documented_at("https://core.telegram.org/bots/api#setwebhook");
