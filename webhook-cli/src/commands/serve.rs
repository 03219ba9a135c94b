//! `webhook serve`.

use crate::config::Source;
use crate::failure::Failure;
use crate::log::Format;
use crate::server::{self, Addresses, Hangups, Reload};

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
        let opened = location.open(config.server.store_capacity).await;
        let store = opened.map_err(|error| Failure::store(&location, &error))?;
        let routes = self.source.routes(&config, &store)?;
        self.source.warn_of_discarding(&routes);
        let prepared = store.prepare(config.server.strict_store).await;
        prepared.map_err(|error| Failure::store(&location, &error))?;
        let reload = Reload {
            source: self.source,
            settings: config.server,
            location,
            store,
        };
        let served = server::serve(&self.addresses, routes, reload, hangups).await;
        served.map_err(|failed| {
            let place = format_args!("cannot serve on {}", failed.address).to_string();
            Failure::other(place, &failed.error)
        })
    }
}
