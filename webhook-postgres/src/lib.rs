//! Remembers webhooks in PostgreSQL: a [`ReplayStore`](webhook_core::ReplayStore) for several
//! processes.
//!
//! x

mod builder;
mod check;
mod claim;
mod database;
mod error;
mod grouped;
mod migrate;
mod purge;
mod sql;
mod store;
mod sweep;
pub mod transactional;
mod transactions;
mod value;

pub use builder::PostgresStoreBuilder;
pub use error::SetupError;
pub use sql::{SCHEMA_SQL, SCHEMA_VERSION};
pub use store::PostgresStore;
pub use transactions::{PgTransaction, PostgresTransactions};
