//! Configurations as an operator writes them, and what the server makes of each.

mod properties;
mod providers;
mod refusals;
mod server;

use std::error::Error as _;

use super::{Config, ConfigError};

const SECRET: &str = "sk_live_0123456789abcdef";

/// Parses a configuration in which `$` stands for [`SECRET`].
fn parse(config: &str) -> Result<Config, ConfigError> {
    Config::parse(config.replace('$', SECRET).as_bytes())
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
