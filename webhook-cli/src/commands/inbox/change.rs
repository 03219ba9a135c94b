//! `webhook inbox drop` and `webhook inbox park`.

use webhook_axum::inbox::{Action, Change};

use super::filter::Filter;
use super::list::print_all;
use super::{InboxPlace, failed};
use crate::commands::print;
use crate::failure::Failure;

/// Drop events: they never run. Running ones are left alone.
#[derive(clap::Args)]
pub(super) struct Drop {
    /// Why. It is kept with each event.
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    of: Changing,
}

/// Set due events aside, until they are redriven.
#[derive(clap::Args)]
pub(super) struct Park {
    /// Why. It is kept with each event.
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
    #[command(flatten)]
    of: Changing,
}

/// What all changes have in common.
#[derive(clap::Args)]
pub(super) struct Changing {
    /// Who does it, for the record. Default: the login name.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Print the events and how many they are, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Change all events, without a filter.
    #[arg(long)]
    all: bool,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) filter: Filter,
    #[command(flatten)]
    pub(super) place: InboxPlace,
}

impl Drop {
    pub(super) async fn run(self) -> Result<(), Failure> {
        if self.why.trim().is_empty() {
            return Err(Failure::argument(
                "--why",
                "is empty: say why the events are dropped",
            ));
        }
        self.of.run(Change::Drop, &self.why, "dropped").await
    }
}

impl Park {
    pub(super) async fn run(self) -> Result<(), Failure> {
        self.of.run(Change::Park, &self.why, "parked").await
    }
}

impl Changing {
    async fn run(&self, change: Change, why: &str, done: &str) -> Result<(), Failure> {
        self.check(change)?;
        let table = self.place.open().await?;
        let selection = self.filter.selection().changeable_by(change);
        if self.dry_run {
            let count = print_all(&table, &selection, self.json).await?;
            return self.would(change, count);
        }
        let changed = selection.change(&table, change, &self.action(why)).await;
        let changed = changed.map_err(failed)?;
        match self.json {
            true => print(serde_json::json!({ done: changed })),
            false => print(format_args!("{done} {changed}")),
        }
    }

    /// Refuses what cannot be meant.
    pub(super) fn check(&self, change: Change) -> Result<(), Failure> {
        self.filter.check_is_meant(self.all)?;
        match self.filter.state() {
            Some(state) if !change.is_allowed_in(state) => {
                let (name, verb) = (state.as_str(), verb(change));
                let problem = format!("{name} events cannot be changed by `{verb}`");
                Err(Failure::argument("--state", &problem))
            }
            _ => Ok(()),
        }
    }

    pub(super) const fn is_dry(&self) -> bool {
        self.dry_run
    }

    /// The end of a dry run. Of JSON, only objects are printed.
    pub(super) fn would(&self, change: Change, count: u64) -> Result<(), Failure> {
        match self.json {
            true => Ok(()),
            false => print(format_args!("would {} {count}", verb(change))),
        }
    }

    pub(super) fn action(&self, why: &str) -> Action {
        match &self.by {
            Some(name) => Action::new(name, why),
            None => Action::new(&login(), why),
        }
    }
}

/// As the command calls it.
const fn verb(change: Change) -> &'static str {
    match change {
        Change::Requeue => "redrive",
        other => other.as_str(),
    }
}

/// The login name, or the number of the user.
fn login() -> String {
    let names = ["SUDO_USER", "LOGNAME", "USER", "USERNAME"].into_iter();
    let mut names = names.filter_map(|name| std::env::var(name).ok());
    names
        .find(|name| !name.is_empty())
        .unwrap_or_else(user_number)
}

#[cfg(unix)]
fn user_number() -> String {
    format!("uid {}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn user_number() -> String {
    "unknown".to_owned()
}
