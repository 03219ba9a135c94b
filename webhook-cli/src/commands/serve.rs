//! `webhook serve`.

use crate::config::Source;
use crate::failure::Failure;
use crate::log::Format;
use crate::server::{self, Addresses, Hangups, Reload};
use crate::store::{Location, StoreFailure, Stores};

/// Serve the routes of a configuration file, each at `/hooks/ROUTE`.
///
/// SIGHUP reloads the file. SIGTERM and SIGINT end the server.
#[derive(clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    addresses: Addresses,
    /// Format of the log on stderr.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) log_format: Format,
}

impl Serve {
    /// Serves until a signal.
    pub(super) async fn run(self) -> Result<(), Failure> {
        // First of all: until then, this signal ends the process.
        let hangups = Hangups::new();
        let hangups = hangups.map_err(|error| Failure::other("cannot handle SIGHUP", &error))?;
        let config = self.source.load()?;
        self.source.warn_of_silence(&config);
        let location = self.source.location(&config)?;
        let inbox = self.source.inbox_location(&config)?;
        let failed = |(place, error): (Location, StoreFailure)| Failure::store(&place, &error);
        let stores = Stores::open(location, config.server.store_capacity, inbox).await;
        let stores = stores.map_err(failed)?;
        let keys = stores.inbox_location();
        let keys = keys.map(|place| self.source.inbox_keys(&config, place));
        let inbox = keys.transpose()?.and_then(|keys| stores.inbox(&keys));
        let routes = self.source.routes(&config, &stores.store, inbox.clone())?;
        self.source.warn_of_discarding(&routes);
        let prepared = stores.prepare(config.server.strict_store).await;
        prepared.map_err(failed)?;
        let reload = Reload {
            source: self.source,
            settings: config.server,
            stores,
            inbox,
        };
        let served = server::serve(&self.addresses, routes, reload, hangups).await;
        served.map_err(|failed| {
            let place = format_args!("cannot serve on {}", failed.address).to_string();
            Failure::other(place, &failed.error)
        })
    }
}
