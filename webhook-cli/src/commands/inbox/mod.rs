//! `webhook inbox`: what operators do with stored events.

mod change;
mod filter;
mod list;
mod place;
mod prune;
mod redrive;
mod show;
mod stats;
mod time;

use clap::Subcommand;
use webhook_axum::StoreError;

use crate::failure::Failure;
use change::{Drop, Park};
use list::List;
use place::InboxPlace;
use prune::Prune;
use redrive::RedriveJobs;
use show::Show;
use stats::ShowStats;

/// List, show, redrive, drop and park stored events, count and prune them, also while servers run.
#[derive(clap::Args)]
pub(super) struct InboxCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    List(List),
    Show(Show),
    Redrive(RedriveJobs),
    Drop(Drop),
    Park(Park),
    Stats(ShowStats),
    Prune(Prune),
}

impl InboxCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.verb {
            Verb::List(list) => list.run().await,
            Verb::Show(show) => show.run().await,
            Verb::Redrive(redrive) => redrive.run().await,
            Verb::Drop(drop) => drop.run().await,
            Verb::Park(park) => park.run().await,
            Verb::Stats(stats) => stats.run().await,
            Verb::Prune(prune) => prune.run().await,
        }
    }
}

/// The failure of an operation on the inbox.
fn failed(error: StoreError) -> Failure {
    Failure::other("inbox", &error)
}
