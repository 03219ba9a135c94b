//! The engine's configuration errors, as errors of an entry.

use webhook_core::ConfigError;

use super::secrets::ConfiguredSecret;
use crate::config::error::EntryError;
use crate::config::server::MAX_BODY_BYTES;

/// Names the entry that causes the engine's error.
pub(super) fn of_entry(error: &ConfigError, secrets: &[ConfiguredSecret]) -> EntryError {
    let secret = |slot: usize| secrets.get(slot).map_or("secret", |given| &given.key);
    match error {
        ConfigError::Secret { slot, problem } => {
            EntryError::new(secret(*slot), problem.to_string())
        }
        ConfigError::PublicSecret { slot, name } => {
            let problem = format!(
                "has the value of {name:?}, which is public: set the provider's secret instead"
            );
            EntryError::new(secret(*slot), problem)
        }
        ConfigError::VerifyToken { problem } => {
            EntryError::new("verify_token", problem.to_string())
        }
        _ => EntryError::new(key(error), error.to_string()),
    }
}

/// The key of the entry.
fn key(error: &ConfigError) -> &'static str {
    match error {
        ConfigError::TooManySecrets { .. } => "secrets",
        ConfigError::MissingUrl | ConfigError::InvalidUrl => "url",
        ConfigError::InvalidTolerance | ConfigError::RetentionTooShort { .. } => "tolerance_secs",
        ConfigError::NoTokenParameter | ConfigError::InvalidTokenParameter => "parameter",
        ConfigError::NoVerifyToken => "verify_token",
        ConfigError::InvalidBodyLimit => MAX_BODY_BYTES,
        ConfigError::MissingSetting { name } | ConfigError::Setting { name, .. } => name,
        _ => "secret",
    }
}
