//! What can go wrong: at construction ([`ConfigError`]), with a delivery ([`Rejection`]), with a store
//! ([`StoreError`]).

mod config;
mod kind;
mod rejection;
mod secret;
mod store;

pub use config::ConfigError;
pub use kind::RejectionKind;
pub use rejection::Rejection;
pub use secret::SecretProblem;
pub use store::{StoreError, StoreErrorKind};
