//! What is checked before anything is stored.

use crate::error::ConfigError;
use crate::provider::Provider;
use crate::secret::SecretSet;
use crate::secret_store::SecretStoreError;
use crate::verify::{Options, TenantSecrets, Verifier};

/// The longest name of a tenant in bytes.
const MAX_TENANT: usize = 255;

/// Whether a tenant can have this name.
pub(super) fn is_tenant(name: &str) -> bool {
    (1..=MAX_TENANT).contains(&name.len()) && !name.chars().any(char::is_control)
}

pub(super) fn check_tenant(name: &str) -> Result<(), SecretStoreError> {
    match is_tenant(name) {
        true => Ok(()),
        false => Err(SecretStoreError::InvalidTenant),
    }
}

/// Checks secrets and settings as the builder of an endpoint does.
pub(super) fn check(provider: &Provider, tenant: &TenantSecrets) -> Result<(), ConfigError> {
    if tenant.is_template() {
        return Err(ConfigError::NoSecret);
    }
    // Otherwise the URL is the endpoint's, and so is the source of fetched keys.
    let url = tenant.own_url().unwrap_or("https://localhost");
    let options = Options {
        public_url: Some(url.to_owned()),
        settings: tenant.settings().clone(),
        fetches_keys: true,
        ..Options::default()
    };
    Verifier::with_secrets(*provider, tenant.secrets(), options).map(drop)
}

/// Checks how many secrets count at the same time.
pub(super) fn check_number(given: usize) -> Result<(), ConfigError> {
    let at_most = SecretSet::MAX;
    match given > at_most {
        true => Err(ConfigError::TooManySecrets { given, at_most }),
        false => Ok(()),
    }
}
