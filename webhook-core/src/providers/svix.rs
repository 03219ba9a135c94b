use crate::provider::{Provider, Scheme, Success};
use crate::providers::standard_webhooks::v1;
use crate::secret::KeyFormat;

/// Webhooks of Svix and of the products that send through it.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS) with the header names `svix-id`, `svix-timestamp`
/// and `svix-signature`. Customers that hide Svix only send the `webhook-…` names. A request is
/// read with one family of names as a whole. If it has both families, they must agree. Otherwise an
/// attacker could have one id verified and another one used.
///
/// * Svix retries for about 28 hours, unless the customer chose another schedule. While a secret is
///   rolled, both secrets sign.
/// * Any 2xx is success; 410 disables the endpoint.
///
/// Source: <https://docs.svix.com/receiving/verifying-payloads/how-manual> and the svix Rust
/// library.
pub const SVIX: Provider =
    both("svix").documented_at("https://docs.svix.com/receiving/verifying-payloads/how-manual");

/// A provider that sends through Svix, with either family of header names.
pub(super) const fn both(name: &'static str) -> Provider {
    const HIDDEN: Scheme = v1("webhook-id", "webhook-timestamp", "webhook-signature");
    through(Provider::new(name, &[V1, HIDDEN]))
}

/// A provider that sends through Svix, with Svix's own header names.
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
