use crate::provider::{Parameter, Provider, Scheme};

/// Prood, from its checkout to its API.
///
/// `x-checkout-secret` is a secret both sides share. **Nothing is signed**: it says that the checkout passed the request on, not that its
/// provider was right about it.
///
/// * The body is the payment provider's, and the method too; deliveries are told apart by their content.
///
/// Source: <https://github.com/rodrigobarona/prood-commerce-platform> (`require-checkout-secret.ts`).
pub const PROOD: Provider =
    Provider::new("prood", &[Scheme::token().in_header("x-checkout-secret")])
        .with_methods(&["POST", "GET"])
        .configured_by(&[Parameter::secret("checkout_secret")])
        .documented_at("https://github.com/rodrigobarona/prood-commerce-platform");
