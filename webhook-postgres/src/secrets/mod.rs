//! The secrets of tenants, sealed in the database of the store.

mod rows;

use std::fmt;
use std::sync::Arc;

use sqlx::{Row, SqlStr};
use webhook_core::StoreError;
use webhook_core::secret_store::{
    Change, KeyRing, Replaced, SealedSecret, SecretRow, SecretStore, SecretTable, Slot, TenantRows,
};

use crate::PostgresStore;
use crate::claim::micros;
use crate::database::{Database, Repeat};
use crate::error::{corrupt, store_error};
use crate::sql::SecretStatements;
use crate::value::Value;

/// The secrets of tenants in a PostgreSQL database. See [`PostgresStore::secrets`].
pub type PostgresSecrets = SecretStore<PostgresSecretTable>;

/// So many rows are listed or removed at a time at most.
const PAGE: i64 = 1000;

/// The table `webhook_secret` in the database of a [`PostgresStore`]. Clones share its connections.
#[derive(Clone)]
pub struct PostgresSecretTable {
    database: Database,
    sql: Arc<SecretStatements>,
}

impl PostgresStore {
    /// The secrets of tenants in this database, under these keys.
    ///
    /// [`migrate`](Self::migrate) makes their table. Times are those of the server. A standby is
    /// refused: it may have secrets that were revoked.
    ///
    /// ```no_run
    /// use webhook_core::{TenantSecrets, providers, secret_store::KeyRing};
    /// use webhook_postgres::PostgresStore;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::new("postgres://shop@db.example.com/shop?sslmode=require")?;
    /// store.migrate().await?;
    /// let secrets = store.secrets(KeyRing::from_env("WEBHOOK_SECRET_KEYS")?);
    ///
    /// let pasted = TenantSecrets::new("whsec_0123456789abcdef0123");
    /// secrets.put(&providers::STRIPE, "acme", &pasted).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn secrets(&self, keys: KeyRing) -> PostgresSecrets {
        SecretStore::new(self.secret_table(), keys)
    }

    /// The table of the sealed secrets, for what needs no key.
    #[must_use]
    pub fn secret_table(&self) -> PostgresSecretTable {
        PostgresSecretTable {
            database: self.shared.database.clone(),
            sql: Arc::new(SecretStatements::new(&self.shared.names)),
        }
    }
}

impl PostgresSecretTable {
    /// Removes rows of a tenant. Returns how many of them had not ended.
    async fn removed(
        &self,
        statement: &SqlStr,
        provider: &str,
        tenant: &str,
    ) -> Result<u64, StoreError> {
        let values = [text(provider), text(tenant)];
        let script = [(&self.sql.lock, &values[..]), (statement, &values)];
        let mut operation = self.database.operation();
        // A second time would count nothing.
        let rows = operation.run_script("", &script, Repeat::No).await?;
        let mut live = 0_u64;
        // The lock's row has no columns.
        for row in rows.iter().filter(|row| !row.is_empty()) {
            let was_live: bool = row.try_get("was_live").map_err(store_error)?;
            live += u64::from(was_live);
        }
        Ok(live)
    }

    /// Runs statements after which a row has these bytes or not.
    async fn made(&self, script: &[(&SqlStr, &[Value<'_>])]) -> Result<bool, StoreError> {
        let mut operation = self.database.operation();
        let rows = operation.run_script("", script, Repeat::Yes).await?;
        let row = rows.last().ok_or_else(|| corrupt("a row is missing"))?;
        row.try_get("made").map_err(store_error)
    }
}

impl SecretTable for PostgresSecretTable {
    async fn read(&self, provider: &str, tenant: &str) -> Result<TenantRows, StoreError> {
        let values = [text(provider), text(tenant)];
        let mut operation = self.database.operation();
        let rows = operation.run(&self.sql.read, &values, Repeat::Yes).await?;
        let first = rows.first().ok_or_else(|| corrupt("a row is missing"))?;
        let last = rows::number(first.try_get("last").map_err(store_error)?)?;
        Ok(TenantRows::new(last, rows::all(&rows)?))
    }

    async fn write(&self, change: &Change) -> Result<bool, StoreError> {
        let Some((slot, sealed)) = change.rows.first() else {
            return Ok(false);
        };
        let for_micros = match change.replaced {
            Replaced::Removed => -1,
            Replaced::EndAfter(time) => micros(time),
            _ => return Err(corrupt("a change of secrets is of an unknown kind")),
        };
        let column = |of: fn(&(Slot, SealedSecret)) -> &[u8]| -> Vec<_> {
            change.rows.iter().map(|row| Some(of(row))).collect()
        };
        let settings = column(|(slot, _)| slot.setting_name().as_bytes());
        let bytes = column(|(_, sealed)| sealed.as_bytes());
        let key_ids = column(|(_, sealed)| sealed.key_id().unwrap_or_default().as_bytes());
        let numbers: Vec<_> = change.rows.iter().map(|(slot, _)| number(slot)).collect();
        let values = [
            text(&change.provider),
            text(&change.tenant),
            Value::Big(i64::try_from(change.last).unwrap_or(i64::MAX)),
            Value::Big(for_micros),
            Value::ManyBytes(&settings),
            Value::ManyBig(&numbers),
            Value::ManyBytes(&bytes),
            Value::ManyBytes(&key_ids),
        ];
        let has = has(slot, sealed);
        self.made(&[
            (&self.sql.lock, &values[..2]),
            (&self.sql.write, &values),
            (&self.sql.has, &has),
        ])
        .await
    }

    async fn end_previous(&self, provider: &str, tenant: &str) -> Result<u64, StoreError> {
        self.removed(&self.sql.end_previous, provider, tenant).await
    }

    async fn remove(&self, provider: &str, tenant: &str) -> Result<u64, StoreError> {
        self.removed(&self.sql.remove, provider, tenant).await
    }

    async fn page(
        &self,
        after: Option<&Slot>,
        at_most: usize,
        except_key: Option<&str>,
    ) -> Result<Vec<SecretRow>, StoreError> {
        // Every slot has a provider, so it is above this one.
        let first = Slot::secret("", "", 0);
        let after = after.unwrap_or(&first);
        let values = [
            text(after.provider()),
            text(after.tenant()),
            text(after.setting_name()),
            Value::Big(number(after)),
            Value::Big(i64::try_from(at_most).map_or(PAGE, |at_most| at_most.min(PAGE))),
            Value::Bytes(except_key.map(str::as_bytes)),
        ];
        let mut operation = self.database.operation();
        rows::all(&operation.run(&self.sql.page, &values, Repeat::Yes).await?)
    }

    async fn reseal(
        &self,
        slot: &Slot,
        old: &SealedSecret,
        new: &SealedSecret,
    ) -> Result<bool, StoreError> {
        let has = has(slot, new);
        let [provider, tenant, setting, number, _] = has;
        let values = [
            provider,
            tenant,
            setting,
            number,
            old.as_bytes().into(),
            new.as_bytes().into(),
            text(new.key_id().unwrap_or_default()),
        ];
        self.made(&[(&self.sql.reseal, &values), (&self.sql.has, &has)])
            .await
    }

    async fn sweep(&self, at_most: usize) -> Result<u64, StoreError> {
        let at_most = i64::try_from(at_most).map_or(PAGE, |at_most| at_most.min(PAGE));
        let values = [Value::Big(at_most)];
        let mut operation = self.database.operation();
        // A second time removes others.
        let rows = operation.run(&self.sql.sweep, &values, Repeat::Yes).await?;
        let row = rows.first().ok_or_else(|| corrupt("a row is missing"))?;
        rows::number(row.try_get(0).map_err(store_error)?)
    }
}

fn text(text: &str) -> Value<'_> {
    Value::from(text.as_bytes())
}

/// The number as the table has it. No row has one that does not fit.
fn number(slot: &Slot) -> i64 {
    i64::try_from(slot.number()).unwrap_or(i64::MAX)
}

/// The values of [`has`](SecretStatements::has).
fn has<'a>(slot: &'a Slot, sealed: &'a SealedSecret) -> [Value<'a>; 5] {
    [
        text(slot.provider()),
        text(slot.tenant()),
        text(slot.setting_name()),
        Value::Big(number(slot)),
        sealed.as_bytes().into(),
    ]
}

impl fmt::Debug for PostgresSecretTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresSecretTable")
            .finish_non_exhaustive()
    }
}
