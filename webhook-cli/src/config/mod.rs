//! The configuration file, read into values that the server can use.

mod entries;
mod error;
mod placeholder;
mod route;
mod server;
mod suggest;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use serde_json::error::Category;
use serde_json::value::RawValue;

use entries::Entries;
pub(crate) use error::ConfigError;
pub(crate) use route::Route;
use server::ServerSettings;

/// The whole configuration.
pub(crate) struct Config {
    pub(crate) server: ServerSettings,
    pub(crate) routes: Vec<Route>,
}

impl Config {
    /// Reads a file.
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&fs::read(path).map_err(ConfigError::File)?)
    }

    fn parse(text: &[u8]) -> Result<Self, ConfigError> {
        let file = parse_file(text)?;
        let (server, routes): (Vec<_>, Vec<_>) =
            file.into_pairs().partition(|(name, _)| name == SERVER);
        let server = match server.first() {
            Some((_, entries)) => read_server(entries)?,
            None => ServerSettings::default(),
        };
        if routes.is_empty() {
            return Err(ConfigError::NoRoute);
        }
        let routes = route::read_all(&routes, &server)?;
        Ok(Self { server, routes })
    }
}

fn parse_file(text: &[u8]) -> Result<Entries, ConfigError> {
    let parsed = serde_json::from_slice(text);
    let file: Entries = parsed.map_err(|error| match error.classify() {
        Category::Data => ConfigError::NotAnObject,
        Category::Syntax | Category::Eof | Category::Io => ConfigError::Json(error),
    })?;
    match file.repeated() {
        Some(route) => Err(ConfigError::route(
            route,
            "is defined twice: remove one definition",
        )),
        None => Ok(file),
    }
}

fn read_server(entries: &RawValue) -> Result<ServerSettings, ConfigError> {
    let entries = Entries::of(SERVER, entries)?;
    ServerSettings::read(&entries).map_err(|error| ConfigError::entry(SERVER, error))
}

/// The name under which the file has the settings of the server.
const SERVER: &str = "_server";
