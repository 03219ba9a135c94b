use crate::provider::{Parameter, Provider, Scheme, Success};

/// Ko-fi.
///
/// A form whose field `data` is JSON, in which `verification_token` is the token of the account. **Nothing is signed**: the token says who sent
/// the request, to all who can read one.
///
/// * The event is the JSON inside, which [`Delivery::payload`](crate::Delivery::payload) has. Its id is `/message_id`, the same over retries, its type `/type`.
/// * Only 200 is success.
/// * Read in a copy of Ko-fi's page.
///
/// Source: <https://ko-fi.com/manage/webhooks>.
pub const KOFI: Provider = Provider::new(
    "kofi",
    &[Scheme::token().in_form("data", "/verification_token")],
)
.with_aliases(&["ko-fi"])
.id_at(&["/message_id"])
.type_at(&["/type"])
.succeeds_with(Success::Only200)
.configured_by(&[Parameter::secret("verification_token")])
.documented_at("https://ko-fi.com/manage/webhooks");
