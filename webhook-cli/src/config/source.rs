//! The arguments that say what the configuration and the store are.

use std::path::PathBuf;

use webhook_core::secret_store::MemorySecretTable;

use super::{Config, Route};
use crate::failure::Failure;
use crate::store::{AnySecretTable, Location, Store};

/// Where the configuration and the state of a server are.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Source {
    /// JSON or TOML file (`.toml`) that maps the name of each route to its provider and secret.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Existing folder for what outlives the process. The store is a file in it, unless the
    /// configuration says otherwise.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Log and drop the events of routes that have neither `forward` nor `discard`.
    #[arg(long)]
    discard: bool,
}

impl Source {
    /// That of a command which serves no event.
    pub(crate) fn new(config: PathBuf, state: Option<PathBuf>) -> Self {
        Self {
            config,
            state,
            discard: true,
        }
    }

    /// Reads the configuration.
    pub(crate) fn load(&self) -> Result<Config, Failure> {
        Config::load(&self.config).map_err(|error| Failure::config(self.config.display(), &error))
    }

    /// Reads the routes of the configuration.
    pub(crate) fn routes(&self, config: &Config, store: &Store) -> Result<Vec<Route>, Failure> {
        let routes = config.routes(store, store.secret_table(), self.discard);
        routes.map_err(|error| Failure::config(self.config.display(), &error))
    }

    /// Reads the routes of the configuration without its store, whose place this is. They are not
    /// for serving.
    pub(crate) fn routes_unserved(
        &self,
        config: &Config,
        location: &Location,
    ) -> Result<Vec<Route>, Failure> {
        let secrets = location.keeps_secrets();
        let secrets = secrets.then(|| AnySecretTable::Memory(MemorySecretTable::new()));
        let routes = config.routes(&Store::memory(None), secrets, self.discard);
        routes.map_err(|error| Failure::config(self.config.display(), &error))
    }

    /// The place of the store: that of the configuration, a file in the state directory, or memory.
    pub(crate) fn location(&self, config: &Config) -> Result<Location, Failure> {
        match (&config.server.store, &self.state) {
            (Some(location), _) => Ok(location.clone()),
            (None, Some(directory)) => Location::in_state_directory(directory)
                .map_err(|error| Failure::config("--state", &error)),
            (None, None) => Ok(Location::Memory),
        }
    }

    /// Warns of routes that drop their events.
    pub(crate) fn warn_of_discarding(&self, routes: &[Route]) {
        let dropping = routes.iter();
        let dropping = dropping.filter(|route| route.destination.forwarder().is_none());
        let names: Vec<_> = dropping.map(|route| route.name.as_str()).collect();
        if !names.is_empty() {
            tracing::warn!(
                routes = names.join(", "),
                "the events of these routes are discarded: each is answered 200 and logged, and \
                 nothing else keeps it"
            );
        }
    }

    /// Warns if neither the configuration nor an argument says where the store is.
    pub(crate) fn warn_of_silence(&self, config: &Config) {
        if config.server.store.is_none() && self.state.is_none() {
            tracing::warn!(
                "deliveries are remembered in memory: a restart forgets them, and several \
                 processes do not share them; set \"store\" in \"_server\", or --state DIR"
            );
        }
    }
}
