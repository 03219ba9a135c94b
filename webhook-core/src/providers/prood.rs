use crate::provider::{Parameter, Provider, Scheme};

/// Prood requests from its checkout to its API.
///
/// `x-checkout-secret` is a secret that both sides share. **Nothing is signed**: the secret proves
/// that the checkout passed the request on, not that its payment provider was right.
///
/// * The payment provider chooses the body and the method. The replay key comes from the query and
///   the body.
///
/// Source: <https://github.com/rodrigobarona/prood-commerce-platform>
/// (`require-checkout-secret.ts`).
pub const PROOD: Provider =
    Provider::new("prood", &[Scheme::token().in_header("x-checkout-secret")])
        .with_methods(&["POST", "GET"])
        .configured_by(&[Parameter::secret("checkout_secret")])
        .documented_at("https://github.com/rodrigobarona/prood-commerce-platform");
