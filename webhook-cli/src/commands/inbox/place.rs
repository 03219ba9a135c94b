//! The arguments that say which inbox it is.

use std::path::PathBuf;

use clap::ArgGroup;

use crate::config::Source;
use crate::failure::Failure;
use crate::store::{AnyInbox, Location, StoreFailure};

/// Which inbox: that of a server, or one by its place.
#[derive(clap::Args)]
#[command(group = ArgGroup::new("which").required(true).multiple(true))]
pub(super) struct InboxPlace {
    /// The configuration file of the server.
    #[arg(long, value_name = "FILE", group = "which")]
    config: Option<PathBuf>,
    /// The state directory of the server: its `--state`.
    #[arg(long, value_name = "DIR", group = "which")]
    state_dir: Option<PathBuf>,
    /// The inbox: `sqlite:PATH` or `postgres://…`. A password in it shows in the list of processes:
    /// give the configuration file instead.
    #[arg(
        long,
        value_name = "INBOX",
        group = "which",
        conflicts_with_all = ["config", "state_dir"]
    )]
    inbox: Option<String>,
}

impl InboxPlace {
    /// Opens the tables, which have to exist.
    pub(super) async fn open(&self) -> Result<AnyInbox, Failure> {
        let location = self.location()?;
        let opened = async {
            let store = location.open_existing().await?;
            let store = store.ok_or_else(|| StoreFailure::new(MISSING))?;
            store.inbox().ok_or_else(|| StoreFailure::new(NO_INBOX))
        };
        let opened = opened.await;
        opened.map_err(|error| Failure::store(&location, &error))
    }

    fn location(&self) -> Result<Location, Failure> {
        match (&self.inbox, &self.config, &self.state_dir) {
            (Some(inbox), ..) => parsed("--inbox", Location::parse(inbox)),
            (None, Some(config), state) => {
                let source = Source::new(config.clone(), state.clone());
                let location = source.inbox_location(&source.load()?)?;
                location.ok_or_else(|| Failure::argument("--config", NOT_CONFIGURED))
            }
            (None, None, directory) => {
                let directory = directory.as_deref().unwrap_or_else(|| "".as_ref());
                parsed("--state-dir", Location::in_state_directory(directory))
            }
        }
    }
}

fn parsed<E: std::error::Error>(
    argument: &str,
    location: Result<Location, E>,
) -> Result<Location, Failure> {
    location.map_err(|error| Failure::config(argument, &error))
}

const MISSING: &str = "the file does not exist: `serve` creates it";
const NO_INBOX: &str = "keeps no deliveries; expected `sqlite:PATH` or `postgres://…`";
const NOT_CONFIGURED: &str = "the configuration has no inbox: give --state-dir too, if the server \
                              has a state directory";
