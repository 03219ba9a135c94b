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

use std::fs;
use std::path::Path;

use serde_json::value::RawValue;

use crate::store::{AnySecretTable, Store};
use entries::Entries;
pub(crate) use error::ConfigError;
use file::Format;
pub(crate) use route::{Destination, Forwarding, Route, SECRET_KEYS_VARIABLE, TenantStore};
pub(crate) use server::ServerSettings;
pub(crate) use source::Source;

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

    /// Reads the routes. All of them remember their deliveries in `store`, and the secrets of their
    /// tenants are in `secrets`. `discards` says that those without a destination drop their
    /// events.
    pub(crate) fn routes(
        &self,
        store: &Store,
        secrets: Option<AnySecretTable>,
        discards: bool,
    ) -> Result<Vec<Route>, ConfigError> {
        route::read_all(&self.routes, &self.server, store, secrets, discards)
    }
}

fn read_server(entries: &RawValue) -> Result<ServerSettings, ConfigError> {
    let entries = Entries::of(SERVER, entries)?;
    ServerSettings::read(&entries).map_err(|error| ConfigError::entry(SERVER, error))
}

/// The name under which the file has the settings of the server.
const SERVER: &str = "_server";
