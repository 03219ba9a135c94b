//! Remembers deliveries in SQLite.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod check;
mod failure;
mod ledger;
mod log_length;
mod mounts;
mod open;
mod record;
mod sql;
mod store;
mod time;
pub mod transaction;
mod writer;

pub use builder::SqliteStoreBuilder;
pub use open::{OpenError, OpenErrorKind};
pub use sql::{SCHEMA, SCHEMA_VERSION};
pub use store::SqliteStore;
pub use transaction::{SqliteTransaction, SqliteTransactions};
