use crate::provider::{Provider, Scheme, Success};
use crate::providers::standard_webhooks::v1;
use crate::secret::KeyFormat;

/// Svix, and the products that send through it.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS) under the names `svix-id`, `svix-timestamp` and `svix-signature`;
/// customers that hide Svix send only the `webhook-…` names. A request is read under one family of names as a whole. If it
/// has both, they must agree, so that nobody can have one id verified and another one used.
///
/// * Retries for about 28 hours unless the customer chose another schedule. While a secret is rolled, both sign.
/// * Any 2xx is success; 410 disables the endpoint.
///
/// Source: <https://docs.svix.com/receiving/verifying-payloads/how-manual> and the svix Rust library.
pub const SVIX: Provider =
    both("svix").documented_at("https://docs.svix.com/receiving/verifying-payloads/how-manual");

/// A sender through Svix whose deliveries have either family of names.
pub(super) const fn both(name: &'static str) -> Provider {
    const HIDDEN: Scheme = v1("webhook-id", "webhook-timestamp", "webhook-signature");
    through(Provider::new(name, &[V1, HIDDEN]))
}

/// A sender through Svix under Svix's own names.
pub(super) const fn svix(name: &'static str) -> Provider {
    through(Provider::new(name, &[V1]))
}

const V1: Scheme = v1("svix-id", "svix-timestamp", "svix-signature");

const fn through(provider: Provider) -> Provider {
    provider
        .with_key_format(KeyFormat::Whsec)
        .same_headers(&[
            &["svix-id", "webhook-id"],
            &["svix-timestamp", "webhook-timestamp"],
            &["svix-signature", "webhook-signature"],
        ])
        .type_at(&["/type"])
        .retries_for_secs(28 * 3600)
        .succeeds_with(Success::Any2xx)
}
