use crate::provider::{Identity, Parameter, Provider, Scheme, Success};

/// Easypay (Portugal) notifications with HTTP Basic authentication.
///
/// Easypay sends the user name and password set in the backoffice. **Nothing is signed**: the
/// credentials only identify the sender. With the setting `code`, `x-easypay-code` must also equal
/// that code. Use [`EASYPAY_CODE`] for accounts that only have the code.
///
/// * `/id` names the resource, which has several events, so the replay key comes from the body. The
///   event type is `/type`. On a generic notification, ask Easypay's API: the
///   notification [`EASYPAY_SINGLE`](crate::notification::EASYPAY_SINGLE) fetches a single payment.
/// * Only 200 is success, according to Easypay's OpenAPI description.
///
/// Source: <https://docs.easypay.pt/docs/guides/webhooks> and Easypay's OpenAPI description.
pub const EASYPAY: Provider =
    common(Provider::new("easypay", &[Scheme::basic()])).configured_by(&[
        Parameter::extra_secret("code").in_header("x-easypay-code"),
        Parameter::identifier("account_id"),
    ]);

/// Easypay notifications with only the code of `x-easypay-code`; see [`EASYPAY`]. Integrations
/// receive the code as a request header, although Easypay's description lists it with the
/// responses.
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
