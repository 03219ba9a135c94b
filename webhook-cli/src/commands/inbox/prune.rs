//! `webhook inbox prune`.

use std::time::Duration;

use serde_json::json;
use webhook_axum::UnixTime;
use webhook_axum::inbox::{InboxTable as _, JobFilter, JobState, Pruned, Retention, Selection};

use super::time::length;
use super::{InboxPlace, failed};
use crate::commands::print;
use crate::failure::Failure;
use crate::store::AnyInbox;

/// Remove events that were done or dropped long enough ago. Servers do that by themselves.
#[derive(clap::Args)]
pub(super) struct Prune {
    /// How long bodies are kept.
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = length)]
    bodies_after: Duration,
    /// How long records are kept.
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = length)]
    records_after: Duration,
    /// Print how many events are old enough, and remove nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print a JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: InboxPlace,
}

impl Prune {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let table = self.place.open().await?;
        let retention = Retention::new(self.bodies_after, self.records_after);
        let (pruned, verb) = match self.dry_run {
            true => (count(&table, &retention).await?, "would remove at most"),
            false => (prune(&table, &retention).await?, "removed"),
        };
        let Pruned {
            bodies, records, ..
        } = pruned;
        match self.json {
            true => print(json!({ "bodies": bodies, "records": records })),
            false => print(format_args!("{verb} {bodies} bodies and {records} records")),
        }
    }
}

/// Removes everything that is old enough, in batches.
async fn prune(table: &AnyInbox, retention: &Retention) -> Result<Pruned, Failure> {
    let mut all = Pruned::default();
    loop {
        let batch = table.prune(retention, BATCH).await.map_err(failed)?;
        all.bodies = all.bodies.saturating_add(batch.bodies);
        all.records = all.records.saturating_add(batch.records);
        if batch == Pruned::default() {
            return Ok(all);
        }
    }
}

/// How many events ended long enough ago. The body of some may be gone already.
async fn count(table: &AnyInbox, retention: &Retention) -> Result<Pruned, Failure> {
    let now = UnixTime::now();
    let (bodies, records) = (retention.of_bodies(), retention.records);
    let (bodies, records) = (now.saturating_sub(bodies), now.saturating_sub(records));
    let mut old = Pruned::default();
    for state in [JobState::Done, JobState::Dropped] {
        let selection = Selection::of(JobFilter::of_state(state));
        let mut pages = selection.pages(table);
        while let Some(jobs) = pages.next().await.map_err(failed)? {
            let ends = jobs.iter().filter_map(|job| job.ended_at);
            for end in ends {
                old.bodies += usize::from(end <= bodies);
                old.records += usize::from(end <= records);
            }
        }
    }
    Ok(old)
}

/// Bodies and records of one call.
const BATCH: usize = 1000;
