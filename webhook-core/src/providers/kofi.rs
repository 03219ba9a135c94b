use crate::success::Success;
use crate::{Provider, Scheme};

/// Ko-fi.
///
/// A form whose field `data` is JSON, in which `verification_token` is the token of the account. **Nothing is signed**: the token says who sent
/// the request, to all who can read one.
///
/// * The JSON has an id (`message_id`, the same over retries) and a type, but inside a form: they are not given here, and deliveries are
///   told apart by their content.
/// * Only 200 is success.
/// * Read in a copy of Ko-fi's page.
///
/// Source: <https://ko-fi.com/manage/webhooks>.
pub const KOFI: Provider = Provider::new(
    "kofi",
    &[Scheme::token().in_form("data", "/verification_token")],
)
.aliases(&["ko-fi"])
.succeeds_with(Success::Only200)
.documented_at("https://ko-fi.com/manage/webhooks");
