//! `webhook check`.

use crate::config::{Config, Destination, Route, Sink, Source};
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
        let inbox = self.source.inbox_location(&config)?;
        let routes = self.source.routes_unserved(&config)?;
        self.source.warn_of_discarding(&routes);
        let other = inbox.as_ref().filter(|inbox| **inbox != location);
        if !self.offline {
            for location in [&location].into_iter().chain(other) {
                let checked = check_store(location, &config).await;
                checked.map_err(|error| Failure::store(location, &error))?;
            }
        }
        let summary = match self.offline {
            true => "not checked",
            false => "checked",
        };
        let count = routes.len();
        print(match other {
            None => format!("ok: {count} routes, store {location} ({summary})"),
            Some(inbox) => {
                format!("ok: {count} routes, store {location}, inbox {inbox} ({summary})")
            }
        })?;
        routes.iter().try_for_each(print_route)
    }
}

/// Prints where the events of a route go. The path of a URL and the arguments of a program may hold
/// a secret.
fn print_route(route: &Route) -> Result<(), Failure> {
    let name = &route.name;
    match &route.destination {
        Destination::Discard => print(format_args!("{name}: discarded")),
        Destination::Forward(forwarding) => {
            let origin = forwarding.forwarder.origin();
            print(format_args!("{name}: forwarded to {origin}"))
        }
        Destination::Stored(consumers) => consumers.iter().try_for_each(|consumer| {
            let lane = &consumer.lane;
            match &consumer.sink {
                Sink::Forward(forwarding) => {
                    let origin = forwarding.forwarder.origin();
                    print(format_args!("{lane}: stored, then forwarded to {origin}"))
                }
                Sink::Exec(program) => {
                    let path = program.path().display();
                    print(format_args!("{lane}: stored, then handled by {path}"))
                }
                Sink::Relay(relaying) => {
                    let place = relaying.place();
                    print(format_args!("{lane}: stored, then relayed to {place}"))
                }
            }
        }),
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
