//! Remembers deliveries in Redis or Valkey.

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
