use crate::provider::{Coverage, Parameter, Provider, Scheme, Success};
use crate::verify::custom::kofi::{FIELD, Kofi};

/// Ko-fi webhooks.
///
/// A delivery is a form whose field `data` is JSON. The `verification_token` in it is the token of
/// the account. **Nothing is signed**: the token only identifies the sender, and anyone who can
/// read a delivery learns it.
///
/// * The event is the JSON in the form, which [`Delivery::payload`](crate::Delivery::payload)
///   returns. The event id is `/message_id`, which stays the same over retries. The event type is
///   `/type`.
/// * Only 200 is success.
/// * This scheme was read in a copy of Ko-fi's page.
///
/// Source: <https://ko-fi.com/manage/webhooks>.
pub const KOFI: Provider = Provider::new(
    "kofi",
    &[Scheme::with_code(&Kofi, Coverage::NONE, "nothing; a token in the body").in_form(FIELD)],
)
.with_aliases(&["ko-fi"])
.id_at(&["/message_id"])
.type_at(&["/type"])
.succeeds_with(Success::Only200)
.configured_by(&[Parameter::secret("verification_token")])
.documented_at("https://ko-fi.com/manage/webhooks");
