//! `webhook inbox redrive`.

use std::io::{self, Write as _};

use serde_json::json;
use webhook_axum::inbox::{Change, Redrive, Redriven};

use super::change::Changing;
use super::failed;
use super::list::print_all;
use crate::commands::print;
use crate::failure::Failure;

/// Let dead and parked events run again, a few at a time.
///
/// It stops by itself if the last 20 events that ended are all dead or parked again. Ctrl-C cancels
/// it: what was redriven stays so.
#[derive(clap::Args)]
pub(super) struct RedriveJobs {
    /// How many events a second.
    #[arg(long, value_name = "EVENTS", default_value_t = 10,
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    per_second: u32,
    /// Why. It is kept with each event.
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
    #[command(flatten)]
    of: Changing,
}

impl RedriveJobs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        self.of.check(Change::Requeue)?;
        let table = self.of.place.open().await?;
        let redrive = Redrive::of(self.of.filter.selection()).per_second(self.per_second);
        if self.of.is_dry() {
            let count = print_all(&table, redrive.selection(), self.of.json).await?;
            return self.of.would(Change::Requeue, count);
        }
        let action = self.of.action(&self.why);
        let mut last = Redriven::default();
        let run = redrive.run(&table, &action, |so_far| {
            last = *so_far;
            // Not the log: it is the output of somebody who waits.
            let _ = writeln!(io::stderr(), "{}", as_text(so_far));
        });
        let ended = tokio::select! {
            ended = run => Some(ended),
            _ = tokio::signal::ctrl_c() => None,
        };
        let ended = match ended {
            Some(ended) => ended.map_err(failed)?,
            None => {
                let (so_far, rest) = (as_text(&last), "the rest is as it was");
                return Err(Failure::plain(format!("cancelled, about {so_far}; {rest}")));
            }
        };
        print(match self.of.json {
            true => json!({
                "redriven": ended.requeued,
                "done": ended.done,
                "failed": ended.failed,
                "stopped": ended.has_stopped,
            })
            .to_string(),
            false => as_text(&ended),
        })?;
        match ended.has_stopped {
            false => Ok(()),
            true => Err(Failure::plain(STOPPED.to_owned())),
        }
    }
}

fn as_text(so_far: &Redriven) -> String {
    let Redriven {
        requeued,
        done,
        failed,
        ..
    } = so_far;
    format!("redriven {requeued} (of those watched: {done} done, {failed} failed again)")
}

const STOPPED: &str = "stopped: the last 20 events that ended are all dead or parked again; the \
                       rest is as it was. `webhook inbox list --state dead` shows why";
