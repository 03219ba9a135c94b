//! `webhook check`.

use crate::config::{Config, Route, Source};
use crate::failure::Failure;
use crate::store::{Location, StoreFailure};

use super::print;

/// Check a configuration without serving it: everything that `serve` refuses, and warnings.
///
/// It connects to the store and changes nothing there: it makes neither files nor tables.
#[derive(clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    source: Source,
    /// Do not connect to the store.
    #[arg(long)]
    offline: bool,
}

impl Check {
    /// Prints a summary, or fails as `serve` would. Warnings are in the log.
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.source.load()?;
        self.source.warn_of_silence(&config);
        let location = self.source.location(&config)?;
        let routes = self.source.routes_unserved(&config, &location)?;
        self.source.warn_of_discarding(&routes);
        if !self.offline {
            let checked = check_store(&location, &config).await;
            checked.map_err(|error| Failure::store(&location, &error))?;
        }
        let summary = match self.offline {
            true => "not checked",
            false => "checked",
        };
        let count = routes.len();
        print(format_args!(
            "ok: {count} routes, store {location} ({summary})"
        ))?;
        routes.iter().try_for_each(print_route)
    }
}

/// Prints where the events of a route go. The path of a URL may hold a secret.
fn print_route(route: &Route) -> Result<(), Failure> {
    let name = &route.name;
    match route.destination.forwarder() {
        Some(forwarder) => print(format_args!("{name}: forwarded to {}", forwarder.origin())),
        None => print(format_args!("{name}: discarded")),
    }
}

async fn check_store(location: &Location, config: &Config) -> Result<(), StoreFailure> {
    match location.open_existing().await? {
        Some(store) => store.inspect(config.server.strict_store).await,
        None => {
            tracing::warn!(store = %location, "the file does not exist yet: `serve` creates it");
            Ok(())
        }
    }
}
