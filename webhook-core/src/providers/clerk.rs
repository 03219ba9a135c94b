use crate::provider::{Parameter, Provider};
use crate::providers::svix::svix;

/// Clerk webhooks.
///
/// [Svix](super::SVIX) with only the header names `svix-id`, `svix-timestamp` and `svix-signature`,
/// because Clerk's SDK reads no others. The secret is the `whsec_…` of the endpoint.
///
/// * Retries and tolerance are those of Svix.
///
/// Source: <https://clerk.com/docs/guides/development/webhooks/overview> and @clerk/backend 3.25.0
/// (`webhooks`).
pub const CLERK: Provider = svix("clerk")
    .configured_by(&[
        Parameter::secret("signing_secret"),
        Parameter::identifier("publishable_key"),
    ])
    .documented_at("https://clerk.com/docs/guides/development/webhooks/overview");
