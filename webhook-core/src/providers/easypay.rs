use crate::provider::{Identity, Parameter, Provider, Scheme, Success};

/// Easypay (Portugal).
///
/// HTTP Basic authentication with the user name and password set in the backoffice. **Nothing is signed**: the credentials say who
/// sent the request. With the setting `code`, `x-easypay-code` has to be that code too. Accounts that have only the code take [`EASYPAY_CODE`].
///
/// * `/id` is that of the resource, which has several events: deliveries are told apart by their content. The type is `/type`. On a
///   generic notification, ask Easypay's API.
/// * Only 200 is success, by that description.
///
/// Source: <https://docs.easypay.pt/docs/guides/webhooks> and Easypay's OpenAPI description.
pub const EASYPAY: Provider =
    common(Provider::new("easypay", &[Scheme::basic()])).configured_by(&[
        Parameter::extra_secret("code").in_header("x-easypay-code"),
        Parameter::identifier("account_id"),
    ]);

/// Easypay by the code of `x-easypay-code` alone; see [`EASYPAY`]. That it comes as a header of the request is what integrations see,
/// while Easypay's description lists it with the answers.
pub const EASYPAY_CODE: Provider = common(Provider::new(
    "easypay-code",
    &[Scheme::token().in_header("x-easypay-code")],
))
.configured_by(&[
    Parameter::secret("code"),
    Parameter::identifier("account_id"),
]);

const fn common(provider: Provider) -> Provider {
    provider
        .id_at(&["/id"])
        .identified_by(
            Identity::Content,
            "`/id` names the resource, which has several events",
        )
        .type_at(&["/type"])
        .succeeds_with(Success::Only200)
        .documented_at("https://docs.easypay.pt/docs/guides/webhooks")
}
