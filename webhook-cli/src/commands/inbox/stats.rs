//! `webhook inbox stats`.

use serde::Serialize;
use webhook_axum::UnixTime;
use webhook_axum::inbox::{InboxTable as _, Stats};

use super::list::{as_json, quoted};
use super::{InboxPlace, failed};
use crate::commands::print;
use crate::failure::Failure;
use crate::store::AnyInbox;

/// Count the events of each state, up to 100 000, and tell how far the workers are behind.
#[derive(clap::Args)]
pub(super) struct ShowStats {
    /// Print how far the workers are behind with each consumer and tenant, too.
    #[arg(long)]
    lanes: bool,
    /// Print JSON: an object, and with --lanes one on each line for each of them.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: InboxPlace,
}

impl ShowStats {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let table = self.place.open().await?;
        let stats = table.stats().await.map_err(failed)?;
        let Stats {
            due,
            running,
            dead,
            parked,
            ..
        } = stats;
        let behind = stats.behind_since;
        match self.json {
            true => print_json(&stats, behind)?,
            false => {
                let behind = as_text(behind);
                print(format_args!(
                    "due {due}, running {running}, dead {dead}, parked {parked}; {behind}"
                ))?;
            }
        }
        match self.lanes {
            true => self.print_lanes(&table).await,
            false => Ok(()),
        }
    }

    async fn print_lanes(&self, table: &AnyInbox) -> Result<(), Failure> {
        let mut last = None;
        loop {
            let lanes = table.lanes(last.as_ref(), PAGE).await.map_err(failed)?;
            for one in &lanes {
                let (consumer, tenant) = (&one.lane.consumer, &one.lane.tenant);
                let (waiting, behind) = (one.waiting, one.behind_since);
                match self.json {
                    true => print_json(one, behind)?,
                    false => print(format_args!(
                        "consumer {} tenant {}: waiting {waiting}; {}",
                        quoted(consumer),
                        quoted(tenant),
                        as_text(behind)
                    ))?,
                }
            }
            last = lanes.last().map(|one| one.lane.clone());
            if lanes.len() < PAGE {
                return Ok(());
            }
        }
    }
}

/// The numbers, and how far the workers are behind.
#[derive(Serialize)]
struct Shown<'a, N> {
    #[serde(flatten)]
    numbers: &'a N,
    behind_secs: u64,
}

fn print_json(numbers: &impl Serialize, behind: Option<UnixTime>) -> Result<(), Failure> {
    let behind_secs = seconds_since(behind);
    let shown = Shown {
        numbers,
        behind_secs,
    };
    let shown = as_json(&shown).map_err(|error| Failure::plain(error.to_string()))?;
    print(shown)
}

fn seconds_since(time: Option<UnixTime>) -> u64 {
    let since = time.map(|time| UnixTime::now().as_secs().saturating_sub(time.as_secs()));
    since.unwrap_or_default()
}

fn as_text(behind: Option<UnixTime>) -> String {
    match behind {
        None => "not behind".to_owned(),
        Some(_) => format!("behind by {} s", seconds_since(behind)),
    }
}

/// Lanes of one page.
const PAGE: usize = 500;
