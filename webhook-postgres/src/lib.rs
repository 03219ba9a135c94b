//! Remembers webhooks in PostgreSQL: a [`ReplayStore`](webhook_core::ReplayStore) for several
//! processes.
//!
//! ```no_run
//! use webhook_core::{Endpoint, ReplayStore};
//! use webhook_postgres::PostgresStore;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let store = PostgresStore::new("postgres://shop@db.example.com/shop?sslmode=require")?;
//! store.migrate().await?;
//! for finding in store.check().await? {
//!     eprintln!("{finding}");
//! }
//! let stripe = Endpoint::stripe("whsec_0123456789abcdef").store(store).build()?;
//! # Ok(())
//! # }
//! ```
//!
//! An adapter takes the endpoint, or has the same method `store`.
//!
//! # What it keeps
//!
//! One row of about 200 bytes for each delivery, until the retention of the endpoint ends, and the
//! remembered answer if there is one. A task removes expired rows every minute, unless
//! [`without_purge`](PostgresStoreBuilder::without_purge) is set. Only an inbox keeps
//! payloads.
//!
//! The tables are `webhook_key`, `webhook_group`, `webhook_secret`, `webhook_entity`,
//! `webhook_delivery`, `webhook_body`, `webhook_attempt`, `webhook_step`,
//! `webhook_action` and `webhook_version`.
//! Schema and prefix are [settings](PostgresStoreBuilder::schema).
//! [`migrate`](PostgresStore::migrate) creates the tables, and [`SCHEMA_SQL`] is the same for other
//! tools.
//!
//! # When it answers an error
//!
//! The delivery is then answered 503, its handler does not run, and the sender retries.
//!
//! * The server is unreachable, or refuses the statement.
//! * An operation takes longer than two seconds ([`timeout`](PostgresStoreBuilder::timeout)), or
//!   waits for a lock for longer than a quarter of that.
//! * The server is a standby, the tables are missing, or the user has no right to use them: the kind
//!   is [`Misconfigured`](webhook_core::StoreErrorKind::Misconfigured).
//!
//! Lost connections, deadlocks and serialization failures are tried again within the time limit.
//!
//! # Poolers
//!
//! It works through PgBouncer in transaction mode and similar poolers. Every operation is one
//! message, which carries its values as text. Nothing is prepared, and no session is changed.
//! Without a pooler, [`direct`](PostgresStoreBuilder::direct) is faster.
//!
//! # Durability
//!
//! A committed record survives a crash of the server if `fsync` and `synchronous_commit` are on. After
//! a failover to a standby that replicates asynchronously, the last records may be missing, and copies
//! of these deliveries run again. [`check`](webhook_core::ReplayStore::check) reports what it can see
//! of this.
//!
//! # Exactly one effect
//!
//! If the handler writes to the same database, [`transactional`] mode commits the record and the
//! effects together.
//!
//! # Features
//!
//! * `inbox`: `PostgresInbox`, deliveries that are stored before they are acknowledged.
//! * `secret-store`: `PostgresSecrets`, the secrets of tenants, sealed in the same database.
//! * `tls`: encrypted connections, with rustls and aws-lc. It needs a C compiler. Without a TLS
//!   feature of sqlx, a URL with `sslmode=require` fails, and the default `prefer` does not encrypt.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod check;
mod claim;
mod connections;
mod database;
mod dead;
mod error;
mod grouped;
#[cfg(feature = "inbox")]
mod inbox;
mod migrate;
mod ordering;
mod purge;
#[cfg(feature = "secret-store")]
mod secrets;
mod settle;
mod sql;
mod store;
mod sweep;
pub mod transactional;
mod transactions;
mod value;

pub use builder::PostgresStoreBuilder;
pub use error::SetupError;
#[cfg(feature = "inbox")]
pub use inbox::PostgresInbox;
#[cfg(feature = "secret-store")]
pub use secrets::{PostgresSecretTable, PostgresSecrets};
pub use sql::{SCHEMA_SQL, SCHEMA_VERSION};
pub use store::PostgresStore;
pub use transactions::{PgTransaction, PostgresTransactions};

/// The page of the manual compiles.
#[cfg(doctest)]
#[doc = include_str!("../../docs/stores-postgres.md")]
mod page {}
