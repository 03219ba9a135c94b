//! `webhook serve`.

use crate::failure::Failure;
use crate::server;

use super::source::{self, Source};

/// Serve the routes of a configuration file, each at `/hooks/ROUTE`.
#[derive(clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    source: Source,
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: String,
}

impl Serve {
    /// Serves until a signal.
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.source.load()?;
        self.source.warn_of_silence(&config);
        let location = self.source.location(&config)?;
        let opened = location.open(config.server.store_capacity).await;
        let store = opened.map_err(|error| source::failure(&location, &error))?;
        let routes = self.source.routes(&config, &store)?;
        let prepared = store.prepare(config.server.strict_store).await;
        prepared.map_err(|error| source::failure(&location, &error))?;
        let served = server::serve(&config.server, routes, &self.listen).await;
        let place = format_args!("cannot serve on {}", self.listen).to_string();
        served.map_err(|error| Failure::other(place, &error))
    }
}
