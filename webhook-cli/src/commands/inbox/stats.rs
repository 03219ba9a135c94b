//! `webhook inbox stats`.

use serde_json::json;
use webhook_axum::UnixTime;
use webhook_axum::inbox::{InboxTable as _, Stats};

use super::list::quoted;
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
        print(match self.json {
            true => json!({
                "due": due,
                "running": running,
                "dead": dead,
                "parked": parked,
                "behind_since": behind.map(|since| since.to_string()),
                "behind_secs": seconds_since(behind),
            })
            .to_string(),
            false => format!(
                "due {due}, running {running}, dead {dead}, parked {parked}; {}",
                as_text(behind)
            ),
        })?;
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
                print(match self.json {
                    true => json!({
                        "consumer": consumer,
                        "tenant": tenant,
                        "waiting": waiting,
                        "behind_secs": seconds_since(behind),
                    })
                    .to_string(),
                    false => format!(
                        "consumer {} tenant {}: waiting {waiting}; {}",
                        quoted(consumer),
                        quoted(tenant),
                        as_text(behind)
                    ),
                })?;
            }
            last = lanes.last().map(|one| one.lane.clone());
            if lanes.len() < PAGE {
                return Ok(());
            }
        }
    }
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
