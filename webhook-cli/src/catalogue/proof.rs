//! What proves a delivery of a provider: a secret, a public key, or credentials.

use webhook_core::{KeyFormat, Provider, Scheme};

use super::key::Kind;

/// Whether this build fetches the provider's keys if a route configures none.
pub(crate) fn is_fetched(provider: &Provider) -> bool {
    cfg!(feature = "keys") && provider.has_published_keys()
}

/// Whether the secret is a user name and a password.
pub(crate) fn takes_credentials(provider: &Provider) -> bool {
    matches!(provider.key_format(), KeyFormat::Basic)
}

/// Whether a route configures a public key instead of a secret.
pub(crate) fn is_public(provider: &Provider) -> bool {
    #[cfg(feature = "asymmetric")]
    if provider.key_format() == KeyFormat::PublicKey {
        return true;
    }
    provider.schemes().iter().any(Scheme::is_public)
}

/// The kind of the key that verifies: [`Kind::PublicKey`] or [`Kind::Secret`].
pub(super) fn kind(provider: &Provider) -> Kind {
    match is_public(provider) {
        true => Kind::PublicKey,
        false => Kind::Secret,
    }
}
