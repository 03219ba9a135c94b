//! What is removed.

use std::time::Duration;

use super::ask::{
    LONG, accept_all, action, answer, check, dead, find, listed, parked, settle, take,
};
use crate::{Change, Ending, InboxTable, JobFilter, JobId, JobState, Retention};

const HOUR: Duration = Duration::from_secs(3600);
const KEPT: Retention = Retention::new(HOUR, HOUR.saturating_mul(5));

/// Payloads fill disks, but nobody may lose one that has not run.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn bodies_go_before_records_and_unfinished_jobs_keep_theirs<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..6).await;
    let jobs = take(a, 5, LONG).await;
    let endings = [Ending::Done, dead(), parked(), dead()];
    for (job, ending) in jobs.iter().zip(&endings) {
        settle(a, &job.lease, ending).await;
    }
    let ids: Vec<JobId> = jobs.iter().map(|job| job.lease.id).collect();
    let [done, _, _, dropped, _] = *ids else {
        panic!("broken: five jobs are taken; the table gave {}", ids.len());
    };
    answer(b.change(&[dropped], Change::Drop, &action()).await);
    let pruned = answer(b.prune(&KEPT, 100).await);
    check(
        (pruned.bodies, pruned.records) == (0, 0),
        "nothing is old",
        pruned,
    );
    sleep(HOUR.saturating_mul(2)).await;
    let pruned = answer(b.prune(&KEPT, 100).await);
    check(
        (pruned.bodies, pruned.records) == (2, 0),
        "bodies go first",
        pruned,
    );
    for job in listed(a, &JobFilter::default(), 100).await {
        let found = find(a, job.id).await;
        let is_over = matches!(job.state, JobState::Done | JobState::Dropped);
        check(
            found.body.is_none() == is_over,
            "others keep theirs",
            &found,
        );
    }
    let pruned = answer(a.prune(&KEPT, 100).await);
    check(
        (pruned.bodies, pruned.records) == (0, 0),
        "that was all",
        pruned,
    );
    sleep(HOUR.saturating_mul(4)).await;
    let pruned = answer(a.prune(&KEPT, 100).await);
    check(
        (pruned.bodies, pruned.records) == (0, 2),
        "then records",
        pruned,
    );
    for id in [done, dropped] {
        let found = answer(b.find(id).await);
        check(found.is_none(), "a record that is removed is gone", found);
    }
    let left = listed(b, &JobFilter::default(), 100).await;
    check(left.len() == 4, "others stay", left);
    let everything = Retention::new(Duration::from_secs(1), Duration::ZERO);
    let bodies = everything.of_bodies();
    check(
        bodies.is_zero(),
        "no body is kept longer than its record",
        bodies,
    );
}

/// A table that has grown for years is pruned without a pause for others.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_prune_has_a_budget<T: InboxTable>(a: &T, b: &T, sleep: &impl AsyncFn(Duration)) {
    accept_all(a, 0..7).await;
    for job in take(a, 7, LONG).await {
        settle(a, &job.lease, &Ending::Done).await;
    }
    sleep(HOUR.saturating_mul(6)).await;
    let mut bodies = 0;
    let mut records = 0;
    for _ in 0..5 {
        let pruned = answer(b.prune(&KEPT, 3).await);
        let is_fit = pruned.bodies <= 3 && pruned.records <= 3;
        check(is_fit, "the budget is kept", pruned);
        bodies += pruned.bodies;
        records += pruned.records;
    }
    check(
        (bodies, records) == (7, 7),
        "all of them go",
        (bodies, records),
    );
    let left = listed(a, &JobFilter::default(), 100).await;
    check(left.is_empty(), "nothing is left", left);
}
