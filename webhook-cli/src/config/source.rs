//! The arguments that say what the configuration and the store are.

use std::error::Error;
use std::path::PathBuf;

use webhook_axum::inbox::{Inbox, KeyRing, MemoryInbox, SealKeys};
use webhook_core::secret_store::MemorySecretTable;

use super::server::INBOX_KEYS;
use super::{Config, Destination, Route, SECRET_KEYS_VARIABLE, Surroundings};
use crate::failure::Failure;
use crate::store::{AnyInbox, AnySecretTable, KeyPlace, Location, Store, StoreInbox, unsaved_keys};

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
    pub(crate) fn routes(
        &self,
        config: &Config,
        store: &Store,
        inbox: Option<StoreInbox>,
    ) -> Result<Vec<Route>, Failure> {
        let routes = config.routes(Surroundings {
            store,
            secret_table: store.secret_table(),
            inbox,
            discards: self.discard,
        });
        routes.map_err(|error| Failure::config(self.config.display(), &error))
    }

    /// Reads the routes of the configuration without its stores. They are not for serving.
    pub(crate) fn routes_unserved(&self, config: &Config) -> Result<Vec<Route>, Failure> {
        let secrets = self.location(config)?.keeps_secrets();
        let secrets = secrets.then(|| AnySecretTable::Memory(MemorySecretTable::new()));
        let routes = config.routes(Surroundings {
            store: &Store::memory(None),
            secret_table: secrets,
            inbox: self.inbox_unserved(config)?,
            discards: self.discard,
        });
        routes.map_err(|error| Failure::config(self.config.display(), &error))
    }

    /// An empty inbox, if the configuration has one. Its keys are checked.
    pub(crate) fn inbox_unserved(&self, config: &Config) -> Result<Option<StoreInbox>, Failure> {
        let Some(location) = self.inbox_location(config)? else {
            return Ok(None);
        };
        let keys = match (self.found_keys(config, &location)?, KeyPlace::of(&location)) {
            (Some(keys), _) => keys,
            (None, KeyPlace::Elsewhere) => return Err(self.no_keys()),
            (None, KeyPlace::File(_)) => {
                unsaved_keys().map_err(|error| self.keys_failed(&*error))?
            }
        };
        let table = AnyInbox::Memory(MemoryInbox::new());
        Ok(Some(Inbox::new(table, SealKeys::new(&keys))))
    }

    /// The keys of the inbox. A file that is to have them is made.
    pub(crate) fn inbox_keys(&self, config: &Config, inbox: &Location) -> Result<KeyRing, Failure> {
        if let Some(keys) = self.found_keys(config, inbox)? {
            return Ok(keys);
        }
        let made = KeyPlace::of(inbox).make();
        let made = made.map_err(|error| self.keys_failed(&*error))?;
        made.ok_or_else(|| self.no_keys())
    }

    fn found_keys(&self, config: &Config, inbox: &Location) -> Result<Option<KeyRing>, Failure> {
        if let Some(keys) = &config.server.inbox_keys {
            return Ok(Some(keys.clone()));
        }
        let found = KeyPlace::of(inbox).find(SECRET_KEYS_VARIABLE);
        found.map_err(|error| self.keys_failed(&*error))
    }

    fn no_keys(&self) -> Failure {
        self.keys_failed(&*Box::<dyn Error>::from(NO_KEYS))
    }

    fn keys_failed(&self, problem: &dyn Error) -> Failure {
        let error = Config::server_error(INBOX_KEYS, problem.to_string());
        Failure::config(self.config.display(), &error)
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

    /// The place of the inbox, if there is one: that of the configuration, or with a state directory
    /// that of the store, so that copies are known across both.
    pub(crate) fn inbox_location(&self, config: &Config) -> Result<Option<Location>, Failure> {
        match (&config.server.inbox, &self.state) {
            (Some(location), _) => Ok(Some(location.clone())),
            (None, Some(_)) => {
                let location = self.location(config)?;
                Ok(Some(location).filter(Location::keeps_deliveries))
            }
            (None, None) => Ok(None),
        }
    }

    /// Warns of routes that drop their events.
    pub(crate) fn warn_of_discarding(&self, routes: &[Route]) {
        let dropping = routes.iter();
        let dropping = dropping.filter(|route| matches!(route.destination, Destination::Discard));
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

const NO_KEYS: &str = "is missing: an inbox in PostgreSQL needs keys that all of its servers have; \
                       `webhook secrets key` makes one, for \"inbox_keys\" or the variable \
                       WEBHOOK_SECRET_KEYS";
