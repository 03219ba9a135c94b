//! The store of a receiver, by its address.

use webhook_axum::{EndpointBuilder, MemoryStore};
use webhook_postgres::PostgresStore;
use webhook_sqlite::SqliteStore;

use crate::Failure;

/// Makes the tables of a database, once and before the receivers.
pub(crate) async fn prepare(store: &str) -> Result<(), Failure> {
    if store.starts_with("postgres") {
        PostgresStore::new(store)?.migrate().await?;
    }
    Ok(())
}

/// The builder with the store of this address: `memory`, `sqlite:PATH` or `postgres://…`.
pub(crate) fn with_store(
    builder: EndpointBuilder,
    store: &str,
) -> Result<EndpointBuilder, Failure> {
    Ok(match store.split_once(':') {
        None if store == "memory" => builder.store(MemoryStore::new()),
        Some(("sqlite", path)) => builder.store(SqliteStore::open(path)?),
        Some(("postgres" | "postgresql", _)) => {
            let store = PostgresStore::builder(store)?.direct().grouped();
            builder.store(store.build()?)
        }
        _ => return Err("a store is memory, sqlite:PATH or postgres://…".into()),
    })
}
