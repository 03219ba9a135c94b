use crate::provider::{Parameter, Provider, Scheme, Success};

/// Xendit webhooks.
///
/// `x-callback-token` is the verification token of the account, one for each mode. **Nothing is
/// signed**: the token only identifies the sender.
///
/// * The id (`webhook-id`) is a header. The replay key comes from the body and that id. The token
///   authenticates the id like the rest of the request. The event type is `/event`, if the product
///   has one.
/// * Xendit retries after 15 and 45 min, 2, 3, 6 and 12 hours.
/// * Any 2xx is success.
///
/// Source: <https://docs.xendit.co/apidocs/webhook-behavior>.
pub const XENDIT: Provider =
    Provider::new("xendit", &[Scheme::token().in_header("x-callback-token")])
        .id_in_headers(&["webhook-id"])
        .type_at(&["/event"])
        .retries_for_secs(24 * 3600)
        .succeeds_with(Success::Any2xx)
        .configured_by(&[
            Parameter::secret("callback_token"),
            Parameter::secret("webhook_verification_token"),
            Parameter::identifier("public_key"),
        ])
        .documented_at("https://docs.xendit.co/apidocs/webhook-behavior");
