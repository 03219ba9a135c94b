//! Errors: of a configuration ([`ConfigError`]), of a delivery ([`RejectionKind`]), of a store
//! ([`StoreError`]).

mod class;
mod config;
mod kind;
mod secret;
mod store;

pub use class::RejectionClass;
pub use config::ConfigError;
pub use kind::RejectionKind;
pub use secret::SecretProblem;
pub use store::{StoreError, StoreErrorKind};
