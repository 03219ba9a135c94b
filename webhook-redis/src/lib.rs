//! Remembers deliveries in Redis or Valkey, so that copies of an event do not run in any process.
//!
//! ```
//! use webhook_core::Endpoint;
//! use webhook_redis::RedisStore;
//!
//! # let secret = "whsec_0123456789abcdef0123456789abcdef";
//! let store = RedisStore::builder("redis://127.0.0.1:6379").prefix("shop").build()?;
//! let endpoint = Endpoint::stripe(secret).store(store).build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Building connects to nothing. The first operation does, so call
//! [`check`](webhook_core::ReplayStore::check) at startup to learn whether the server is reachable
//! and set up well. The store needs a tokio runtime with I/O and time.
//!
//! # What it promises
//!
//! It keeps the contract of [`ReplayStore`](webhook_core::ReplayStore), for all processes that use
//! one server and one prefix:
//!
//! * Each operation is one Lua script, which Redis runs alone. All times are the server's.
//! * Epochs are texts, so no script rounds them. Each bucket of records has a mark with its last
//!   epoch, so an epoch never goes back: not after a record has expired or was forgotten, and not
//!   when the server's clock is set back.
//! * Redis lets records expire by itself. They have the retention of their last claim.
//! * An operation ends within two seconds, unless [`timeout`](RedisStoreBuilder::timeout) is set. A
//!   connection that breaks, or that is silent for so long, is replaced by the next operation.
//! * An operation that is dropped takes place as a whole or not at all, and the answers of other
//!   operations stay their own.
//!
//! # What it costs when the server fails
//!
//! * A claim or a commit that the server loses lets its event run again. No event is lost. With
//!   `appendonly yes` and `appendfsync everysec`, a crash of the machine loses about a second.
//! * A failover to a replica loses what was not replicated. See
//!   [`wait_for_replicas`](RedisStoreBuilder::wait_for_replicas).
//! * A server that evicts records before they expire lets copies run again. `check` finds it.
//! * A full server takes no new claims. Copies are still answered, and claims still end. A commit
//!   then leaves its answer out.
//!
//! # In a cluster
//!
//! With the feature `cluster`, `RedisStore::cluster` spreads records over 16 slots. One promise is
//! weaker there: a claim with a [bound](webhook_core::replay::LabelBound) takes three steps instead
//! of one. If the process dies after it has counted a key and before it has made the record, a key
//! is counted that never ran. It runs when it comes again.
//!
//! # Features
//!
//! * `cluster`: Redis Cluster.
//! * `tls`: `rediss://` URLs, with rustls and the certificates of the system. It builds AWS-LC,
//!   which needs a C compiler.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod check;
mod claim;
mod dead;
mod error;
mod failure;
mod link;
mod names;
mod reply;
mod script;
mod settle;
mod store;
mod time;

pub use builder::RedisStoreBuilder;
pub use error::{BuildError, BuildErrorKind};
pub use store::RedisStore;

/// The client that the store uses.
pub use redis;

/// The code blocks of the manual.
#[cfg(doctest)]
#[doc = include_str!("../../docs/stores-redis.md")]
struct Manual;
