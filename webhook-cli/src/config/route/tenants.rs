//! Routes whose tenants have secrets of their own.

use webhook_core::secret_store::{KeyRing, SecretStore};

use super::secrets::ConfiguredSecret;
use crate::config::entries::Entries;
use crate::config::error::EntryError;
use crate::config::server::{SECRET_KEYS, ServerSettings};
use crate::store::AnySecretTable;

/// The secrets of tenants, as `webhook secrets` stores them.
pub(crate) type TenantStore = SecretStore<AnySecretTable>;

/// Reads whether the route has tenants, and where their secrets are.
pub(super) fn read(
    entries: &Entries,
    server: &ServerSettings,
    table: Option<&AnySecretTable>,
) -> Result<Option<TenantStore>, EntryError> {
    if !entries.flag(TENANTS)? {
        return Ok(None);
    }
    let no_table = || EntryError::new(TENANTS, NO_TABLE);
    let table = table.ok_or_else(no_table)?.clone();
    Ok(Some(SecretStore::new(table, keys(server)?)))
}

/// The keys of the configuration, or those of the environment.
fn keys(server: &ServerSettings) -> Result<KeyRing, EntryError> {
    if let Some(keys) = &server.secret_keys {
        return Ok(keys.clone());
    }
    KeyRing::from_env(VARIABLE).map_err(|error| {
        let problem =
            format!("needs the keys of the secrets, {SECRET_KEYS:?} of \"_server\": {error}");
        EntryError::new(TENANTS, problem)
    })
}

/// Refuses a secret that no tenant would have.
pub(super) fn check_has_no_secret(secrets: &[ConfiguredSecret]) -> Result<(), EntryError> {
    match secrets.first() {
        Some(secret) => Err(EntryError::new(&secret.key, CONTRADICTS)),
        None => Ok(()),
    }
}

const TENANTS: &str = "tenants";
/// Where `webhook secrets` has the keys too.
pub(crate) const VARIABLE: &str = "WEBHOOK_SECRET_KEYS";
const NO_TABLE: &str = "needs a store that keeps secrets: set \"store\" of \"_server\" to \
                        sqlite:PATH or postgres://…, or --state DIR";
const CONTRADICTS: &str = "contradicts \"tenants\": each tenant has a secret of its own, put there \
                           by `webhook secrets put`; remove it";
