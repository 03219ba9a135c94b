//! The arguments that say which store it is.

use std::path::PathBuf;

use clap::ArgGroup;

use crate::config::{Config, Source};
use crate::failure::Failure;
use crate::store::{Location, Store, StoreFailure};

/// Which store: that of a server, or one by its place.
#[derive(clap::Args)]
#[command(group = ArgGroup::new("which").required(true).multiple(true))]
pub(super) struct Place {
    /// The configuration file of the server.
    #[arg(long, value_name = "FILE", group = "which")]
    config: Option<PathBuf>,
    /// The state directory of the server.
    #[arg(long, value_name = "DIR", group = "which")]
    state: Option<PathBuf>,
    /// The store, such as `sqlite:PATH`. A password in it shows in the list of processes: give
    /// the configuration file instead.
    #[arg(long, value_name = "STORE", group = "which", conflicts_with_all = ["config", "state"])]
    store: Option<String>,
}

impl Place {
    /// Opens the store.
    pub(super) async fn open(&self) -> Result<Store, Failure> {
        match (&self.store, &self.config, &self.state) {
            (Some(store), ..) => open(&parsed("--store", Location::parse(store))?).await,
            (None, Some(_), _) => self.open_with_config().await.map(|(store, ..)| store),
            (None, None, directory) => {
                let directory = directory.as_deref().unwrap_or_else(|| "".as_ref());
                let location = Location::in_state_directory(directory);
                open(&parsed("--state", location)?).await
            }
        }
    }

    /// Opens the store of a configuration, which is one of the arguments.
    pub(super) async fn open_with_config(&self) -> Result<(Store, Config, Source), Failure> {
        let config = self.config.clone().unwrap_or_default();
        let source = Source::new(config, self.state.clone());
        let config = source.load()?;
        let store = open(&source.location(&config)?).await?;
        Ok((store, config, source))
    }
}

fn parsed<E: std::error::Error>(
    argument: &str,
    location: Result<Location, E>,
) -> Result<Location, Failure> {
    location.map_err(|error| Failure::config(argument, &error))
}

async fn open(location: &Location) -> Result<Store, Failure> {
    let opened = match *location == Location::Memory {
        true => Err(StoreFailure::new(
            "the records are in the memory of the server, where no command reaches them",
        )),
        false => location.open_existing().await,
    };
    let missing = || StoreFailure::new("the file does not exist: `serve` creates it");
    let opened = opened.and_then(|store| store.ok_or_else(missing));
    opened.map_err(|error| Failure::store(location, &error))
}
