//! Replaces the routes when the configuration file has changed.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::config::{Config, ServerSettings, Source};
use crate::failure::Failure;
use crate::routes::{Loaded, Routes, Shared};
use crate::store::{StoreInbox, Stores};

/// Reads the configuration again, and replaces the routes if all of it can be used.
///
/// The stores stay, so a copy of a delivery that the old routes handle is still a copy.
#[derive(Clone)]
pub(crate) struct Reload {
    pub(crate) source: Source,
    /// The settings that the server was started with.
    pub(crate) settings: ServerSettings,
    /// Those that are in use.
    pub(crate) stores: Stores,
    pub(crate) inbox: Option<StoreInbox>,
}

impl Reload {
    /// Reloads once. A configuration that cannot be used changes nothing.
    pub(super) async fn run(&self, routes: &Routes, shared: &Arc<Shared>) {
        let reload = self.clone();
        // Files can be on a disk that does not answer.
        let read = spawn_blocking(move || reload.read()).await;
        match read {
            Ok(Ok(new)) => {
                let count = new.routes.len();
                routes.replace(new, shared);
                tracing::info!(routes = count, "configuration reloaded");
            }
            Ok(Err(failure)) => tracing::error!(
                "configuration not reloaded, the previous one stays in use: {}",
                failure.reason()
            ),
            Err(error) => tracing::error!(%error, "configuration not reloaded"),
        }
    }

    fn read(&self) -> Result<Loaded, Failure> {
        let config = self.source.load()?;
        let inbox = self.inbox.clone();
        let routes = self.source.routes(&config, &self.stores.store, inbox)?;
        self.source.warn_of_discarding(&routes);
        self.warn_of_restart(&config)?;
        Ok(Loaded {
            routes,
            worker: config.server.worker,
        })
    }

    /// Warns of changed settings that a reload does not change.
    fn warn_of_restart(&self, config: &Config) -> Result<(), Failure> {
        let mut changed = config.server.fixed_keys_that_differ(&self.settings);
        if self.source.location(config)? != self.stores.location {
            changed.push("store");
        }
        if self.source.inbox_location(config)?.as_ref() != self.stores.inbox_location() {
            changed.push("inbox");
        }
        if !changed.is_empty() {
            let keys = changed.join(", ");
            tracing::warn!(
                keys,
                "settings of the server changed: restart it to apply them"
            );
        }
        Ok(())
    }
}
