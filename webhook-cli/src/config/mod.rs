//! The configuration file, read into values that the server can use.

mod entries;
mod error;
mod file;
mod placeholder;
mod reference;
mod route;
mod server;
mod source;
mod suggest;
#[cfg(test)]
mod tests;
mod worker;

use std::fs;
use std::path::Path;

use serde_json::value::RawValue;

pub(crate) use entries::Entries;
pub(crate) use error::ConfigError;
pub use error::EntryError;
use file::Format;
pub(crate) use route::{
    Destination, Forwarding, Route, SECRET_KEYS_VARIABLE, Sink, StoredFor, Surroundings,
    TenantStore,
};
pub(crate) use server::ServerSettings;
pub(crate) use source::Source;
pub(crate) use worker::WorkerSettings;

/// The whole configuration. The routes are read when their store is known.
pub(crate) struct Config {
    pub(crate) server: ServerSettings,
    /// Each route with its unparsed entries.
    routes: Vec<(String, Box<RawValue>)>,
}

impl Config {
    /// Reads a file: TOML if its name ends in `.toml`, and JSON otherwise.
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read(path).map_err(ConfigError::File)?;
        Self::parse(&text, Format::of(path))
    }

    fn parse(text: &[u8], format: Format) -> Result<Self, ConfigError> {
        let file = file::parse(text, format)?;
        let (server, routes): (Vec<_>, Vec<_>) =
            file.into_pairs().partition(|(name, _)| name == SERVER);
        let server = match server.first() {
            Some((_, entries)) => read_server(entries)?,
            None => ServerSettings::default(),
        };
        if routes.is_empty() {
            return Err(ConfigError::NoRoute);
        }
        Ok(Self { server, routes })
    }

    /// Reads the routes.
    pub(crate) fn routes(&self, around: Surroundings<'_>) -> Result<Vec<Route>, ConfigError> {
        route::read_all(&self.routes, &self.server, around)
    }

    /// The error of a key of `_server`, which was read without one.
    pub(crate) fn server_error(key: &str, problem: String) -> ConfigError {
        ConfigError::entry(SERVER, EntryError::new(key, problem))
    }
}

fn read_server(entries: &RawValue) -> Result<ServerSettings, ConfigError> {
    let entries = Entries::of(SERVER, entries)?;
    ServerSettings::read(&entries).map_err(|error| ConfigError::entry(SERVER, error))
}

/// The name under which the file has the settings of the server.
const SERVER: &str = "_server";
