//! Remembers webhook deliveries in SQLite, so that duplicates and replays do not run.
//!
//! ```
//! use webhook_core::Endpoint;
//! use webhook_sqlite::SqliteStore;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("webhook-sqlite-lib-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("hooks.db");
//! # let secret = "whsec_0123456789abcdef0123456789abcdef";
//! let store = SqliteStore::open(&path)?; // Before the server starts: it blocks.
//! let endpoint = Endpoint::stripe(secret).store(store).build()?;
//! # drop(endpoint);
//! # std::fs::remove_dir_all(folder)?;
//! # Ok(())
//! # }
//! ```
//!
//! Every adapter's layer takes the store with `.store(store)` too.
//!
//! * **Durable.** Every COMMIT is synced to the disk, and every answer comes after its COMMIT.
//! * **Fast.** One thread writes. Operations that queue while a COMMIT is on its way to the disk
//!   share the next one. No operation waits for others to come.
//! * **Shared.** Several processes of one machine may use one file. Network file systems are not
//!   supported: their locks are not reliable.
//! * **Fails closed.** An operation that SQLite does not answer within two seconds is an error, and
//!   so is one that finds the queue full. The delivery is answered 503, and nothing runs.
//! * **Never begun anew.** A file that is damaged, cut, empty or of another format does not open.
//!   Nothing is put in its place. See [`OpenErrorKind`].
//!
//! [`transaction`] commits the record of a delivery together with its effects, if these are in the
//! same file. [`SqliteStore::write`] writes to tables of the application in the transactions of the
//! store, and `SqliteInbox::done_with` ends a stored delivery with it. `docs/stores-sqlite.md` in
//! the repository has the figures, the limits, and what to do about backups.
//!
//! # Runtime
//!
//! The store needs no async runtime: any executor can await its answers. A store has three threads:
//! the writer, one for checkpoints, and a timer that answers when the disk does not. They end after
//! the last handle is dropped and what was queued is written.
//!
//! # Features
//!
//! * `bundled` (default): builds SQLite into the program. Needs a C compiler. Without it, the
//!   system's SQLite is linked, 3.37 or later.
//! * `inbox`: `SqliteInbox`, deliveries that are stored before they are acknowledged.
//! * `secret-store`: `SqliteSecrets`, the secrets of tenants, sealed in the same file.
//! * `sqlx`: [`transaction`] for connections of sqlx 0.9. Implies `bundled`. Needs Rust 1.94.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod check;
mod failure;
#[cfg(feature = "inbox")]
mod inbox;
mod ledger;
mod log_length;
mod mounts;
mod open;
mod ordering;
mod record;
mod savepoint;
#[cfg(feature = "secret-store")]
mod secrets;
mod sql;
mod store;
mod time;
pub mod transaction;
mod write;
mod writer;

pub use builder::SqliteStoreBuilder;
#[cfg(feature = "inbox")]
pub use inbox::SqliteInbox;
pub use open::{OpenError, OpenErrorKind};
#[cfg(feature = "secret-store")]
pub use secrets::{SqliteSecretTable, SqliteSecrets};
pub use sql::{SCHEMA, SCHEMA_VERSION};
pub use store::SqliteStore;
pub use transaction::{SqliteTransaction, SqliteTransactions};
pub use write::WriteError;

/// The examples of the page about this store.
#[cfg(doctest)]
#[doc = include_str!("../../docs/stores-sqlite.md")]
struct Page;
