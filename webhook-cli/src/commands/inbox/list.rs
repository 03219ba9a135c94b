//! `webhook inbox list`.

use std::io::{self, Write};

use serde::Serialize;
use webhook_axum::UnixTime;
use webhook_axum::inbox::{JobInfo, Selection};

use super::filter::Filter;
use super::{InboxPlace, failed};
use crate::commands::{closed, wrote};
use crate::failure::Failure;
use crate::log::Escaped;
use crate::store::AnyInbox;

/// List stored events, those of the lowest ids first.
#[derive(clap::Args)]
pub(super) struct List {
    /// Print a JSON object on each line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    place: InboxPlace,
}

impl List {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let table = self.place.open().await?;
        print_all(&table, &self.filter.selection(), self.json)
            .await
            .map(|_| ())
    }
}

/// Prints the events page by page. Returns how many there are, unless the reader has closed stdout.
pub(super) async fn print_all(
    table: &AnyInbox,
    selection: &Selection,
    json: bool,
) -> Result<u64, Failure> {
    if !json {
        wrote(writeln!(io::stdout(), "{HEADER}"))?;
    }
    let mut count = 0_u64;
    let mut pages = selection.pages(table);
    while let Some(jobs) = pages.next().await.map_err(failed)? {
        count = count.saturating_add(u64::try_from(jobs.len()).unwrap_or(u64::MAX));
        let written = write(&jobs, json, &mut io::stdout().lock());
        let is_closed = closed(&written);
        wrote(written)?;
        if is_closed {
            break;
        }
    }
    Ok(count)
}

fn write(jobs: &[JobInfo], json: bool, out: &mut impl Write) -> io::Result<()> {
    for job in jobs {
        match json {
            true => writeln!(out, "{}", as_json(job)?)?,
            false => writeln!(out, "{}", as_text(job))?,
        }
    }
    out.flush()
}

/// One line.
pub(super) fn as_json(value: &impl Serialize) -> io::Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// The sender chose a part of it, so it is escaped.
fn as_text(job: &JobInfo) -> String {
    let accepted = seconds(job.accepted_at);
    let lane = match &*job.lane.tenant {
        "" => quoted(&job.lane.consumer),
        tenant => format!("{} {}", quoted(&job.lane.consumer), quoted(tenant)),
    };
    let kind = job.event_type.as_deref().map_or("-".to_owned(), quoted);
    let error = job.error.as_deref().map_or("-".to_owned(), quoted);
    let (id, state, attempts, provider) = (job.id, job.state.as_str(), job.attempts, &job.provider);
    format!(
        "{id:>8} {state:<7} {accepted:<20} {attempts:>3} {provider:<16} {kind:<28} {error:<20} \
         {lane}"
    )
}

/// Time to the second.
pub(super) fn seconds(time: UnixTime) -> String {
    UnixTime::from_secs(time.as_secs()).to_string()
}

pub(super) fn quoted(text: &str) -> String {
    format!("{:?}", Escaped::whole(text))
}

const HEADER: &str = "      ID STATE   ACCEPTED             TRY PROVIDER         \
                      TYPE                         ERROR                CONSUMER (TENANT)";
