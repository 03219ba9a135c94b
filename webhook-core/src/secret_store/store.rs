//! The secrets of tenants, and what operators do with them.

use std::cmp::Reverse;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{StoreError, StoreErrorKind};
use crate::observe;
use crate::provider::Provider;
use crate::secret::{Secret, SecretSet};
use crate::secret_store::checks::{check, check_number, check_tenant, is_tenant};
use crate::secret_store::{
    Change, KeyRing, Replaced, SealedSecret, SecretInfo, SecretRow, SecretStoreError, SecretTable,
    Slot, TenantRows,
};
use crate::verify::TenantSecrets;

/// How long a previous secret should count after a rotation: 24 hours, as at Stripe. Deliveries
/// that the sender retries are signed anew, so it only has to cover the time until the sender uses
/// the new secret.
pub const DEFAULT_OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a write is tried while others write the secrets of the same tenant.
const TRIES: usize = 16;

/// The setting that stands for the URL of a tenant. No setting of a provider has a hyphen.
const PUBLIC_URL: &str = "public-url";

/// What a [resolver](SecretStore::resolver) returns.
type Found = Pin<Box<dyn Future<Output = Result<Option<TenantSecrets>, SecretStoreError>> + Send>>;

/// The secrets of tenants, in a [`SecretTable`] under a [`KeyRing`]. Clones share both.
///
/// See the [module](super) for an example, and for what it protects from.
#[derive(Clone, Debug)]
pub struct SecretStore<T> {
    table: T,
    keys: KeyRing,
}

impl<T: SecretTable> SecretStore<T> {
    /// The secrets in this table, under these keys.
    #[must_use]
    pub const fn new(table: T, keys: KeyRing) -> Self {
        Self { table, keys }
    }

    /// The table.
    #[must_use]
    pub const fn table(&self) -> &T {
        &self.table
    }

    /// The keys.
    #[must_use]
    pub const fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// Reads and opens what a tenant has at a provider: the current secrets, then the previous ones
    /// that have not ended, and the settings. `None`: the tenant has nothing there. That is also
    /// the answer to a name that no tenant can have.
    ///
    /// # Errors
    ///
    /// If the table fails, or if anything of the tenant does not open. That is logged, at most once
    /// a second.
    pub async fn get(
        &self,
        provider: &Provider,
        tenant: &str,
    ) -> Result<Option<TenantSecrets>, SecretStoreError> {
        if !is_tenant(tenant) {
            return Ok(None);
        }
        let rows = self.table.read(provider.name(), tenant).await?.rows;
        self.open(rows)
    }

    /// [`get`](Self::get) as a function of the tenant, for the layer of an adapter:
    ///
    /// ```
    /// use webhook_core::providers;
    /// use webhook_core::secret_store::{MemorySecretTable, SecretStore};
    /// # use webhook_core::TenantSecrets;
    /// # use webhook_core::secret_store::KeyRing;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?;
    /// let secrets = SecretStore::new(MemorySecretTable::new(), keys);
    /// // `WebhookLayer::per_tenant(template, from_path(path), of_tenant)`
    /// let of_tenant = secrets.resolver(providers::STRIPE);
    /// assert!(of_tenant("acme".into()).await?.is_none());
    /// # let secret = TenantSecrets::new("whsec_0123456789abcdef");
    /// secrets.put(&providers::STRIPE, "acme", &secret).await?;
    /// assert!(of_tenant("acme".into()).await?.is_some());
    /// # Ok(())
    /// # }
    /// # let mut example = std::pin::pin!(example());
    /// # let waker = std::task::Waker::noop();
    /// # let polled = example.as_mut().poll(&mut std::task::Context::from_waker(waker));
    /// # assert!(matches!(polled, std::task::Poll::Ready(Ok(()))));
    /// ```
    pub fn resolver(
        &self,
        provider: Provider,
    ) -> impl Fn(Arc<str>) -> Found + Clone + Send + Sync + use<T>
    where
        T: Clone,
    {
        let secrets = self.clone();
        move |tenant| {
            let secrets = secrets.clone();
            Box::pin(async move { secrets.get(&provider, &tenant).await })
        }
    }

    /// Stores the first secrets of a tenant at a provider, or replaces all secrets and settings
    /// that it has there. Nothing that was there counts any more: use [`rotate`](Self::rotate) to
    /// let it.
    ///
    /// # Errors
    ///
    /// If the provider cannot use the secrets or settings, if the name of the tenant cannot be
    /// used, or if the table fails.
    pub async fn put(
        &self,
        provider: &Provider,
        tenant: &str,
        secrets: &TenantSecrets,
    ) -> Result<(), SecretStoreError> {
        check_tenant(tenant)?;
        check(provider, secrets)?;
        for _ in 0..TRIES {
            let last = self.table.read(provider.name(), tenant).await?.last;
            let mut rows = self.seal_secrets(provider, tenant, last, secrets.secrets())?;
            let url = secrets.own_url().map(Secret::from);
            let url = url.iter().map(|url| (PUBLIC_URL, url));
            for (name, value) in secrets.settings().iter().chain(url) {
                let number = next(last, rows.len());
                let slot = Slot::setting(provider.name(), tenant, name, number);
                let sealed = self.keys.seal(&slot, value)?;
                rows.push((slot, sealed));
            }
            if self
                .write(provider, tenant, last, Replaced::Removed, rows)
                .await?
            {
                return Ok(());
            }
        }
        Err(always_changing())
    }

    /// Makes new secrets current. Those that were current count for `previous_for`, by the clock of
    /// the table: see [`DEFAULT_OVERLAP`]. Zero ends them now. Secrets that were previous already
    /// keep their end, and settings stay.
    ///
    /// A tenant has at most [`SecretSet::MAX`] secrets that count at the same time. One more is
    /// refused: [`end_previous`](Self::end_previous) makes room.
    ///
    /// # Errors
    ///
    /// If the tenant has no secret at the provider, if the provider cannot use the new ones, if
    /// there are too many, or if the table fails. If a stored secret does not open: then
    /// [`put`](Self::put) replaces it.
    pub async fn rotate(
        &self,
        provider: &Provider,
        tenant: &str,
        secrets: impl Into<SecretSet>,
        previous_for: Duration,
    ) -> Result<(), SecretStoreError> {
        check_tenant(tenant)?;
        let secrets = secrets.into();
        for _ in 0..TRIES {
            let TenantRows { last, rows } = self.table.read(provider.name(), tenant).await?;
            let before = self.open(rows)?.ok_or(SecretStoreError::UnknownTenant)?;
            let kept = before.secrets().as_slice().len();
            let after = before.with_secrets(secrets.clone());
            check(provider, &after)?;
            let kept = match previous_for.is_zero() {
                true => 0,
                false => kept,
            };
            check_number(kept.saturating_add(secrets.as_slice().len()))?;
            let rows = self.seal_secrets(provider, tenant, last, &secrets)?;
            let replaced = Replaced::EndAfter(previous_for);
            if self.write(provider, tenant, last, replaced, rows).await? {
                return Ok(());
            }
        }
        Err(always_changing())
    }

    /// Ends the previous secrets of a tenant at a provider now, because one is in other hands or
    /// the sender uses the new one. Returns how many counted until now.
    ///
    /// # Errors
    ///
    /// If the table fails.
    pub async fn end_previous(
        &self,
        provider: &Provider,
        tenant: &str,
    ) -> Result<u64, SecretStoreError> {
        Ok(self.table.end_previous(provider.name(), tenant).await?)
    }

    /// Removes all secrets and settings of a tenant at a provider. Its deliveries are refused from
    /// now on, as those of an unknown tenant. Returns whether there was anything.
    ///
    /// # Errors
    ///
    /// If the table fails.
    pub async fn revoke(
        &self,
        provider: &Provider,
        tenant: &str,
    ) -> Result<bool, SecretStoreError> {
        Ok(self.table.remove(provider.name(), tenant).await? > 0)
    }

    /// Lists what is stored, in the order of the slots, without a value: the first page, or the one
    /// after a slot. An empty page is the end. Nothing is opened, so every row is listed.
    ///
    /// # Errors
    ///
    /// If the table fails.
    pub async fn list(
        &self,
        after: Option<&Slot>,
        at_most: usize,
    ) -> Result<Vec<SecretInfo>, SecretStoreError> {
        let rows = self.table.page(after, at_most, None).await?;
        Ok(rows.into_iter().map(SecretInfo::from).collect())
    }

    /// Removes at most `at_most` rows that have ended. Returns how many. They count as absent
    /// anyway, and the next write of their tenant removes them too.
    ///
    /// # Errors
    ///
    /// If the table fails.
    pub async fn sweep(&self, at_most: usize) -> Result<u64, SecretStoreError> {
        Ok(self.table.sweep(at_most).await?)
    }

    /// Seals secrets for the slots after `last`. The first of them gets the highest number, which
    /// is the first to be read.
    fn seal_secrets(
        &self,
        provider: &Provider,
        tenant: &str,
        last: u64,
        secrets: &SecretSet,
    ) -> Result<Vec<(Slot, SealedSecret)>, SecretStoreError> {
        let none = [Secret::from("")];
        // An empty text stands for keys that are fetched: no provider accepts it as a secret.
        let secrets = match secrets.as_slice() {
            [] => &none,
            secrets => secrets,
        };
        let mut rows = Vec::with_capacity(secrets.len());
        for secret in secrets.iter().rev() {
            let slot = Slot::secret(provider.name(), tenant, next(last, rows.len()));
            let sealed = self.keys.seal(&slot, secret)?;
            rows.push((slot, sealed));
        }
        Ok(rows)
    }

    async fn write(
        &self,
        provider: &Provider,
        tenant: &str,
        last: u64,
        replaced: Replaced,
        rows: Vec<(Slot, SealedSecret)>,
    ) -> Result<bool, StoreError> {
        let change = Change {
            provider: provider.name().into(),
            tenant: tenant.into(),
            last,
            replaced,
            rows,
        };
        self.table.write(&change).await
    }

    /// Opens the rows of a tenant. `None`: there are none.
    fn open(&self, mut rows: Vec<SecretRow>) -> Result<Option<TenantSecrets>, SecretStoreError> {
        if rows.is_empty() {
            return Ok(None);
        }
        rows.sort_by_key(|row| (row.ends_at.is_some(), Reverse(row.slot.number())));
        let (mut secrets, mut is_fetched) = (Vec::new(), false);
        let mut found = TenantSecrets::new(SecretSet::fetched());
        for row in &rows {
            let text = self.open_row(row)?;
            found = match row.slot.setting_name() {
                "" if text.as_bytes().is_empty() => {
                    is_fetched = true;
                    found
                }
                "" => {
                    secrets.push(text);
                    found
                }
                PUBLIC_URL => found.public_url(String::from_utf8_lossy(text.as_bytes())),
                name => found.setting(name, text),
            };
        }
        match secrets.is_empty() {
            true if is_fetched => Ok(Some(found)),
            // Settings alone: somebody removed the secrets.
            true => Err(without_secret().into()),
            false => Ok(Some(found.with_secrets(secrets.into()))),
        }
    }

    /// Opens a row, and logs if it does not open.
    pub(super) fn open_row(&self, row: &SecretRow) -> Result<Secret, SecretStoreError> {
        let slot = &row.slot;
        let opened = self.keys.open(slot, &row.sealed).inspect_err(|error| {
            observe::secret_not_opened(
                slot.provider(),
                slot.tenant(),
                slot.setting_name(),
                slot.number(),
                error,
            );
        });
        Ok(opened?)
    }
}

/// The number after `last` and after so many that are taken.
fn next(last: u64, taken: usize) -> u64 {
    last.saturating_add(1).saturating_add(taken as u64)
}

fn without_secret() -> StoreError {
    let why = "a tenant has settings and no secret: put its secrets again";
    StoreError::with_source(StoreErrorKind::Corrupt, why)
}

/// Others have written each time between the reading and the writing.
fn always_changing() -> SecretStoreError {
    let why = "others change the secrets of the tenant all the time";
    StoreError::with_source(StoreErrorKind::Unavailable, why).into()
}
