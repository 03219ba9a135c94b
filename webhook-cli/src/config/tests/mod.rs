//! Configurations as an operator writes them, and what the server makes of each.

mod forward;
mod properties;
mod providers;
mod references;
mod refusals;
mod server;
#[cfg(unix)]
mod stored;
mod toml;

use std::error::Error as _;

use super::file::Format;
use super::{Config, ConfigError, Route, Surroundings};
use crate::store::{Store, StoreInbox};

const SECRET: &str = "sk_live_0123456789abcdef";

/// Parses a configuration in which `$` stands for [`SECRET`], with all its routes.
fn parse(config: &str) -> Result<Config, ConfigError> {
    let config = Config::parse(config.replace('$', SECRET).as_bytes(), Format::Json)?;
    routes(&config).map(|_| config)
}

/// The routes of a configuration.
fn routes(config: &Config) -> Result<Vec<Route>, ConfigError> {
    routes_with(config, None, true)
}

/// The routes of a configuration that has this inbox.
fn routes_with(
    config: &Config,
    inbox: Option<StoreInbox>,
    discards: bool,
) -> Result<Vec<Route>, ConfigError> {
    config.routes(Surroundings {
        store: &Store::memory(None),
        secret_table: None,
        inbox,
        discards,
    })
}

/// The error of a configuration that cannot be used. It never contains the secret.
fn refused(config: &str) -> String {
    let Err(error) = parse(config) else {
        panic!("not refused: {config}");
    };
    let said = match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    assert!(!said.contains(SECRET), "{said}");
    said
}
