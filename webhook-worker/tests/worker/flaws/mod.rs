//! Inboxes with one flaw each, under a real worker. Each of them breaks a promise.

mod flawed;
mod scenarios;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use flawed::{Flaw, Flawed};
use scenarios::Process;

use crate::bench::memory;

/// A scenario by its name, in a runtime of its own.
type Scenario = (&'static str, fn(Option<Flaw>));

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        [$((stringify!($name), |flaw| keep(flaw, scenarios::$name))),*]
    };
}

const SCENARIOS: [Scenario; 13] = scenarios![
    what_is_acknowledged_runs_after_a_kill,
    a_copy_of_what_could_not_be_stored_is_stored,
    what_nothing_handles_is_parked,
    a_failed_attempt_is_followed_by_another,
    what_always_fails_is_dead_in_the_end,
    a_job_of_a_killed_worker_runs_within_a_lease_and_a_second,
    a_done_step_does_not_run_again,
    a_job_that_becomes_visible_late_runs,
    what_is_parked_has_spent_no_attempt,
    what_is_given_back_has_spent_no_attempt,
    what_failed_waits_for_a_person_with_its_body,
    what_is_done_is_removed_in_time,
    a_worker_that_lost_its_lease_does_not_end_the_job,
];

fn keep<Fut: Future<Output = ()>>(flaw: Option<Flaw>, scenario: impl FnOnce(Process) -> Fut) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async { scenario(Process::new(Flawed::new(memory(), flaw))).await });
}

/// The scenario that a flaw has to fail.
fn fails(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::AcknowledgesBeforeTheCommit => "what_is_acknowledged_runs_after_a_kill",
        Flaw::AcknowledgesCopiesOfWhatIsNotStored => "a_copy_of_what_could_not_be_stored_is_stored",
        Flaw::DropsWhatNothingHandles => "what_nothing_handles_is_parked",
        Flaw::LosesRetries => "a_failed_attempt_is_followed_by_another",
        Flaw::RetriesForEver => "what_always_fails_is_dead_in_the_end",
        Flaw::IsStuckAfterAKill => "a_job_of_a_killed_worker_runs_within_a_lease_and_a_second",
        Flaw::RunsDoneStepsAgain => "a_done_step_does_not_run_again",
        Flaw::ReadsBySequence => "a_job_that_becomes_visible_late_runs",
        Flaw::CountsTheParked => "what_is_parked_has_spent_no_attempt",
        Flaw::CountsWhatDidNotRun => "what_is_given_back_has_spent_no_attempt",
        Flaw::PrunesWhatFailed => "what_failed_waits_for_a_person_with_its_body",
        Flaw::KeepsEveryBody => "what_is_done_is_removed_in_time",
        Flaw::IgnoresLeases => "a_worker_that_lost_its_lease_does_not_end_the_job",
    }
}

#[test]
fn an_inbox_without_a_flaw_keeps_every_promise() {
    for (_, scenario) in SCENARIOS {
        scenario(None);
    }
}

#[test]
fn every_flaw_is_found_by_the_promise_that_it_breaks() {
    for flaw in Flaw::ALL {
        let broken: BTreeSet<_> = SCENARIOS
            .into_iter()
            .filter(|(_, scenario)| {
                catch_unwind(AssertUnwindSafe(|| scenario(Some(flaw)))).is_err()
            })
            .map(|(name, _)| name)
            .collect();
        println!("{flaw:?}: {broken:?}");
        assert!(broken.contains(fails(flaw)), "{flaw:?} breaks {broken:?}");
        assert!(broken.len() <= 2, "{flaw:?} breaks {broken:?}");
    }
}
