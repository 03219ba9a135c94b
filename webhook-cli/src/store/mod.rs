//! The store that all routes share, chosen at run time.

mod error;
mod inbox;
mod inbox_keys;
mod location;
mod open;
mod secret_table;
mod stores;

use webhook_axum::replay::{Claim, ClaimRequest, DeadRecord, Finding, Swept};
use webhook_axum::{EndpointBuilder, MemoryStore, ReplayKey, ReplayStore as _, StoreError};

pub(crate) use error::StoreFailure;
pub(crate) use inbox::AnyInbox;
pub(crate) use inbox_keys::{KeyPlace, unsaved as unsaved_keys};
pub(crate) use location::Location;
pub(crate) use secret_table::AnySecretTable;
pub(crate) use stores::{StoreInbox, Stores};

/// One of the stores of this build. Clones are handles of the same store.
#[derive(Clone, Debug)]
pub(crate) enum Store {
    Memory(MemoryStore),
    #[cfg(feature = "sqlite")]
    Sqlite(webhook_sqlite::SqliteStore),
    #[cfg(feature = "postgres")]
    Postgres(webhook_postgres::PostgresStore),
    #[cfg(feature = "redis")]
    Redis(webhook_redis::RedisStore),
}

/// Evaluates one expression for whatever store it is: their types differ.
macro_rules! with_store {
    ($choice:expr, $store:ident => $value:expr) => {
        match $choice {
            Store::Memory($store) => $value,
            #[cfg(feature = "sqlite")]
            Store::Sqlite($store) => $value,
            #[cfg(feature = "postgres")]
            Store::Postgres($store) => $value,
            #[cfg(feature = "redis")]
            Store::Redis($store) => $value,
        }
    };
}

impl Store {
    /// A memory store for so many records, or for its default.
    pub(crate) fn memory(capacity: Option<usize>) -> Self {
        let builder = MemoryStore::builder();
        Self::Memory(match capacity {
            None => builder.build(),
            Some(records) => builder.capacity(records).build(),
        })
    }

    /// Lets the endpoint remember its deliveries here.
    pub(crate) fn remember(&self, builder: EndpointBuilder) -> EndpointBuilder {
        with_store!(self, store => builder.store(store.clone()))
    }

    pub(crate) async fn claim(
        &self,
        key: &ReplayKey,
        request: &ClaimRequest,
    ) -> Result<Claim, StoreError> {
        with_store!(self, store => store.claim(key, request).await)
    }

    pub(crate) async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        with_store!(self, store => store.dead(after, at_most).await)
    }

    pub(crate) async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        with_store!(self, store => store.revive(key).await)
    }

    pub(crate) async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        with_store!(self, store => store.forget(key).await)
    }

    pub(crate) async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        with_store!(self, store => store.sweep(at_most).await)
    }

    pub(crate) async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        with_store!(self, store => store.check().await)
    }
}
