//! What the steps have done, in comparison with what was stored.

use std::collections::BTreeMap;
use std::fmt;

use webhook_axum::inbox::{InboxTable, StepState};

use super::journal::Story;
use super::{NAMES, PLACES, SLOTS, is_transactional};
use crate::drivers::table::Table;
use crate::{Failure, effects};

/// Whether every step did what it has to, after so many kills and events.
pub(super) async fn judge(
    store: &str,
    kills: usize,
    table: &impl InboxTable,
    story: &Story,
    events: u64,
) -> Result<bool, Failure> {
    let rows = effects::read(store).await?;
    let [plain, transactional] = [&story.runs, &rows].map(Count::of);
    let (states, not_kept) = (Table::at(store)?.states().await?, not_kept(table).await?);
    println!("killed {:?}", story.deaths);
    println!("{events} events, jobs in the end {states:?}");
    println!(
        "steps with an effect outside: {plain}, {} after they were kept",
        story.after_kept
    );
    println!("steps with an effect in their transaction: {transactional}");
    println!("{not_kept} slots that are not kept");
    let steps = |is: bool| {
        (0..NAMES.len())
            .filter(|n| is_transactional(*n) == is)
            .count()
    };
    let [expected, expected_rows] = [false, true].map(|is| events * steps(is) as u64);
    let deaths: u64 = story.deaths.values().sum();
    let reached = story.deaths.len() == PLACES.min(kills) && deaths == kills as u64;
    Ok(reached
        && states.len() == 1
        && states.get("done").copied() == i64::try_from(events).ok()
        && not_kept == 0
        && story.after_kept == 0
        && plain.steps == expected
        && plain.again <= (kills * SLOTS) as u64
        && transactional.steps == expected_rows
        && transactional.again == 0)
}

/// How many steps have no slot that says that they are done.
async fn not_kept(table: &impl InboxTable) -> Result<usize, Failure> {
    let (mut after, mut missing) = (None, 0);
    loop {
        let listed = table.list(&Default::default(), after, 500).await?;
        for job in &listed.jobs {
            let steps = table.steps(job.id).await?;
            let done = steps.iter().filter(|step| step.state == StepState::Done);
            let done: Vec<&str> = done.map(|step| &*step.name).collect();
            missing += NAMES.iter().filter(|name| !done.contains(name)).count();
        }
        after = listed.after;
        if after.is_none() {
            return Ok(missing);
        }
    }
}

/// How many steps ran, and how often again.
#[derive(Clone, Copy, Debug)]
struct Count {
    steps: u64,
    again: u64,
}

impl Count {
    fn of(runs: &BTreeMap<String, u64>) -> Self {
        let steps = runs.len() as u64;
        Self {
            steps,
            again: runs.values().sum::<u64>() - steps,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ran, {} of them again", self.steps, self.again)
    }
}
