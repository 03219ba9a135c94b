//! The secrets of tenants, sealed in the file of the store.

mod rows;
mod sql;

use std::fmt;
use std::sync::Arc;

use webhook_core::StoreError;
use webhook_core::secret_store::{
    Change, KeyRing, SealedSecret, SecretRow, SecretStore, SecretTable, Slot, TenantRows,
};

use crate::SqliteStore;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::writer::{Urgency, Writer};
pub(crate) use sql::ALL;

/// The secrets of tenants in a file of SQLite. See [`SqliteStore::secrets`].
pub type SqliteSecrets = SecretStore<SqliteSecretTable>;

/// The longest page that one operation reads.
const LONGEST_PAGE: usize = 1000;

/// The table `webhook_secret` in the file of a [`SqliteStore`]. Clones share its writer.
#[derive(Clone)]
pub struct SqliteSecretTable {
    writer: Arc<Writer>,
}

impl SqliteStore {
    /// The secrets of tenants in this file, under these keys.
    ///
    /// Their times are those of the store's clock. Reads go through the writer too, so put a cache
    /// in front of [`get`](SecretStore::get): it answers within the time of a COMMIT.
    ///
    /// ```
    /// use webhook_core::{TenantSecrets, providers, secret_store::KeyRing};
    /// use webhook_sqlite::SqliteStore;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = std::env::temp_dir().join(format!("webhook-secrets-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("hooks.db");
    /// // In production: `KeyRing::from_env("WEBHOOK_SECRET_KEYS")?`.
    /// let keys = KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?;
    /// let secrets = SqliteStore::open(&path)?.secrets(keys);
    ///
    /// let pasted = TenantSecrets::new("whsec_0123456789abcdef0123");
    /// secrets.put(&providers::STRIPE, "acme", &pasted).await?;
    /// assert!(secrets.get(&providers::STRIPE, "acme").await?.is_some());
    /// # drop(secrets);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok(())
    /// # }
    /// #
    /// tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
    /// ```
    #[must_use]
    pub fn secrets(&self, keys: KeyRing) -> SqliteSecrets {
        SecretStore::new(self.secret_table(), keys)
    }

    /// The table of the sealed secrets, for what needs no key.
    #[must_use]
    pub fn secret_table(&self) -> SqliteSecretTable {
        SqliteSecretTable {
            writer: self.writer(),
        }
    }
}

impl SqliteSecretTable {
    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Ledger<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.ask(Urgency::Begins, work).await
    }
}

impl SecretTable for SqliteSecretTable {
    async fn read(&self, provider: &str, tenant: &str) -> Result<TenantRows, StoreError> {
        let (provider, tenant) = (provider.to_owned(), tenant.to_owned());
        self.ask(move |ledger| rows::read(ledger, &provider, &tenant))
            .await
    }

    async fn write(&self, change: &Change) -> Result<bool, StoreError> {
        let change = change.clone();
        self.ask(move |ledger| rows::write(ledger, &change)).await
    }

    async fn end_previous(&self, provider: &str, tenant: &str) -> Result<u64, StoreError> {
        let (provider, tenant) = (provider.to_owned(), tenant.to_owned());
        self.ask(move |ledger| rows::remove(ledger, sql::END_PREVIOUS, &provider, &tenant))
            .await
    }

    async fn remove(&self, provider: &str, tenant: &str) -> Result<u64, StoreError> {
        let (provider, tenant) = (provider.to_owned(), tenant.to_owned());
        self.ask(move |ledger| rows::remove(ledger, sql::REMOVE, &provider, &tenant))
            .await
    }

    async fn page(
        &self,
        after: Option<&Slot>,
        at_most: usize,
        except_key: Option<&str>,
    ) -> Result<Vec<SecretRow>, StoreError> {
        // Every slot has a provider, so it is above this one.
        let after = after.cloned().unwrap_or_else(|| Slot::secret("", "", 0));
        let (at_most, except_key) = (at_most.min(LONGEST_PAGE), except_key.map(str::to_owned));
        self.ask(move |ledger| rows::page(ledger, &after, at_most, except_key.as_deref()))
            .await
    }

    async fn reseal(
        &self,
        slot: &Slot,
        old: &SealedSecret,
        new: &SealedSecret,
    ) -> Result<bool, StoreError> {
        let (slot, old, new) = (slot.clone(), old.clone(), new.clone());
        self.ask(move |ledger| rows::reseal(ledger, &slot, &old, &new))
            .await
    }

    async fn sweep(&self, at_most: usize) -> Result<u64, StoreError> {
        let at_most = at_most.min(LONGEST_PAGE);
        self.ask(move |ledger| rows::sweep(ledger, at_most)).await
    }
}

impl fmt::Debug for SqliteSecretTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteSecretTable").finish_non_exhaustive()
    }
}
