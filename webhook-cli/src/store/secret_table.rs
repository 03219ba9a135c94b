//! The secrets of tenants in the store that was chosen at run time.

use webhook_axum::StoreError;
use webhook_core::secret_store::{
    Change, MemorySecretTable, SealedSecret, SecretRow, SecretTable, Slot, TenantRows,
};

use super::Store;

/// The table of secrets of one of the stores of this build that has one.
#[derive(Clone, Debug)]
pub(crate) enum AnySecretTable {
    /// An empty one, where a configuration is only checked.
    Memory(MemorySecretTable),
    #[cfg(feature = "sqlite")]
    Sqlite(webhook_sqlite::SqliteSecretTable),
    #[cfg(feature = "postgres")]
    Postgres(webhook_postgres::PostgresSecretTable),
}

impl Store {
    /// The table of secrets. `None`: this store keeps none.
    pub(crate) fn secret_table(&self) -> Option<AnySecretTable> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => Some(AnySecretTable::Sqlite(store.secret_table())),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => Some(AnySecretTable::Postgres(store.secret_table())),
            Self::Memory(_) => None,
            #[cfg(feature = "redis")]
            Self::Redis(_) => None,
        }
    }
}

/// Evaluates one expression for whatever table it is: their types differ.
macro_rules! with_table {
    ($choice:expr, $table:ident => $value:expr) => {
        match $choice {
            AnySecretTable::Memory($table) => $value,
            #[cfg(feature = "sqlite")]
            AnySecretTable::Sqlite($table) => $value,
            #[cfg(feature = "postgres")]
            AnySecretTable::Postgres($table) => $value,
        }
    };
}

impl SecretTable for AnySecretTable {
    async fn read(&self, provider: &str, tenant: &str) -> Result<TenantRows, StoreError> {
        with_table!(self, table => table.read(provider, tenant).await)
    }

    async fn write(&self, change: &Change) -> Result<bool, StoreError> {
        with_table!(self, table => table.write(change).await)
    }

    async fn end_previous(&self, provider: &str, tenant: &str) -> Result<u64, StoreError> {
        with_table!(self, table => table.end_previous(provider, tenant).await)
    }

    async fn remove(&self, provider: &str, tenant: &str) -> Result<u64, StoreError> {
        with_table!(self, table => table.remove(provider, tenant).await)
    }

    async fn page(
        &self,
        after: Option<&Slot>,
        at_most: usize,
        except_key: Option<&str>,
    ) -> Result<Vec<SecretRow>, StoreError> {
        with_table!(self, table => table.page(after, at_most, except_key).await)
    }

    async fn reseal(
        &self,
        slot: &Slot,
        old: &SealedSecret,
        new: &SealedSecret,
    ) -> Result<bool, StoreError> {
        with_table!(self, table => table.reseal(slot, old, new).await)
    }

    async fn sweep(&self, at_most: usize) -> Result<u64, StoreError> {
        with_table!(self, table => table.sweep(at_most).await)
    }
}
