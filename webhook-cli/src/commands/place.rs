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
        open(&self.location()?).await
    }

    fn location(&self) -> Result<Location, Failure> {
        match (&self.store, &self.config, &self.state) {
            (Some(store), ..) => parsed("--store", Location::parse(store)),
            (None, Some(_), _) => {
                let (config, source) = self.config()?;
                source.location(&config)
            }
            (None, None, directory) => {
                let directory = directory.as_deref().unwrap_or_else(|| "".as_ref());
                parsed("--state", Location::in_state_directory(directory))
            }
        }
    }

    /// Opens the store, and makes its file or its tables if they are missing.
    pub(super) async fn open_or_make(&self) -> Result<Store, Failure> {
        let location = self.location()?;
        in_memory(&location)?;
        let prepared = async {
            let store = location.open(None).await?;
            store.prepare(false).await?;
            Ok(store)
        };
        let prepared: Result<Store, StoreFailure> = prepared.await;
        prepared.map_err(|error| Failure::store(&location, &error))
    }

    /// Opens the store of a configuration, which is one of the arguments.
    pub(super) async fn open_with_config(&self) -> Result<(Store, Config, Source), Failure> {
        let (config, source) = self.config()?;
        let store = open(&source.location(&config)?).await?;
        Ok((store, config, source))
    }

    fn config(&self) -> Result<(Config, Source), Failure> {
        let config = self.config.clone().unwrap_or_default();
        let source = Source::new(config, self.state.clone());
        Ok((source.load()?, source))
    }
}

fn parsed<E: std::error::Error>(
    argument: &str,
    location: Result<Location, E>,
) -> Result<Location, Failure> {
    location.map_err(|error| Failure::config(argument, &error))
}

async fn open(location: &Location) -> Result<Store, Failure> {
    in_memory(location)?;
    let opened = location.open_existing().await;
    let missing = || StoreFailure::new("the file does not exist: `serve` creates it");
    let opened = opened.and_then(|store| store.ok_or_else(missing));
    opened.map_err(|error| Failure::store(location, &error))
}

/// Refuses the memory of a server.
fn in_memory(location: &Location) -> Result<(), Failure> {
    if *location != Location::Memory {
        return Ok(());
    }
    let error = StoreFailure::new(
        "the records are in the memory of the server, where no command reaches them",
    );
    Err(Failure::store(location, &error))
}
