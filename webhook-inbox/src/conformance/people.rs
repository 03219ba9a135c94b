//! What people change.

use std::time::Duration;

use webhook_core::replay::LeaseState;

use super::ask::{
    LONG, accept_all, action, answer, check, dead, find, listed, nothing_is_due, parked, settle,
    state, take, take_one,
};
use crate::{Action, Change, Ending, InboxTable, JobFilter, JobId, JobState};

/// A job that runs cannot be taken away from its worker, and one that is over stays over.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn people_change_only_what_no_worker_has<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    use JobState as S;
    for (round, change) in (0..).zip([Change::Requeue, Change::Park, Change::Drop]) {
        let first = round * 10;
        accept_all(a, first..first + 5).await;
        let jobs = take(a, 5, LONG).await;
        let ids: Vec<_> = jobs.iter().map(|job| job.lease.id).collect();
        let endings = [Ending::GivenBack, Ending::Done, dead(), parked()];
        for (job, ending) in jobs.iter().zip(&endings) {
            settle(a, &job.lease, ending).await;
        }
        // The last one runs.
        let expected = match change {
            Change::Requeue => [S::Due, S::Done, S::Due, S::Due, S::Running],
            Change::Park => [S::Parked, S::Done, S::Dead, S::Parked, S::Running],
            Change::Drop => [S::Dropped, S::Done, S::Dropped, S::Dropped, S::Running],
        };
        let unknown = JobId::from_number(u64::from(u32::MAX) + 7);
        let asked: Vec<_> = ids.iter().copied().chain([unknown]).collect();
        let changed = answer(b.change(&asked, change, &action()).await);
        let expected_count = match change {
            Change::Requeue => 2,
            Change::Park => 1,
            Change::Drop => 3,
        };
        check(
            changed == expected_count,
            "those that allow it are changed",
            (change, changed),
        );
        for (id, expected) in ids.iter().zip(expected) {
            let found = find(a, *id).await;
            check(
                found.info.state == expected,
                "no other is changed",
                (change, &found),
            );
            let has_end = matches!(expected, S::Done | S::Dropped);
            check(
                found.info.ended_at.is_some() == has_end,
                "what is over has an end",
                &found,
            );
        }
        let left = take(b, 10, LONG).await;
        let due = expected.iter().filter(|state| **state == S::Due).count();
        check(left.len() == due, "only due jobs run", left);
    }
    let nothing = answer(a.change(&[], Change::Drop, &action()).await);
    check(nothing == 0, "no id changes nothing", nothing);
}

/// Who looks into an incident later has to know who did what, and why.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn who_changed_a_job_and_why_is_kept_with_it<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..2).await;
    let jobs = take(a, 2, LONG).await;
    let ids: Vec<_> = jobs.iter().map(|job| job.lease.id).collect();
    for (job, ending) in jobs.iter().zip([dead(), Ending::Done]) {
        settle(a, &job.lease, &ending).await;
    }
    let done = [
        (
            Change::Requeue,
            Action::new("Söhne & Co", "the receiver was down; it isn't any more"),
        ),
        (Change::Park, Action::new("b", "")),
        (Change::Drop, Action::new("", "\u{1f4a3}\n2\t'; --")),
    ];
    let [changed, unchanged] = *ids else {
        panic!("broken: two jobs are taken; the table gave {}", ids.len());
    };
    for (change, action) in &done {
        let count = answer(b.change(&ids, *change, action).await);
        check(count == 1, "one of them allows it", (change, count));
    }
    let found = find(a, changed).await;
    let kept: Vec<_> = found
        .changes
        .iter()
        .map(|kept| (kept.change, kept.action.clone()))
        .collect();
    check(kept == done, "what was done is kept, in order", &found);
    let mut before = found.info.accepted_at;
    for kept in &found.changes {
        check(kept.at >= before, "with its time", &found);
        before = kept.at;
    }
    let found = find(a, unchanged).await;
    check(
        found.changes.is_empty(),
        "a job that was not changed has none",
        &found,
    );
}

/// # Panics
///
/// If the table breaks this promise.
pub async fn the_last_twenty_changes_are_kept<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let id = listed(a, &JobFilter::default(), 9)
        .await
        .first()
        .map(|job| job.id);
    let Some(id) = id else {
        panic!("broken: a stored job is listed");
    };
    let changes = [Change::Park, Change::Requeue].into_iter().cycle();
    for (number, change) in (0..45).zip(changes) {
        let action = Action::new("a test", &number.to_string());
        let count = answer(b.change(&[id], change, &action).await);
        check(count == 1, "the state allows it", (number, count));
    }
    let found = find(a, id).await;
    let kept: Vec<_> = found.changes.iter().map(|kept| &*kept.action.why).collect();
    let expected: Vec<_> = (25..45).map(|number| number.to_string()).collect();
    check(kept == expected, "the last twenty are kept", &found);
}

/// A worker repeats the ending whose answer it lost, after a person has changed the job.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_changed_job_is_not_held_by_its_last_lease<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let job = take_one(a, LONG).await;
    settle(a, &job.lease, &dead()).await;
    answer(b.change(&[job.lease.id], Change::Requeue, &action()).await);
    for ending in [Ending::GivenBack, Ending::Done, dead(), parked()] {
        let held = answer(a.settle(&job.lease, &ending).await);
        check(
            held == LeaseState::Lost,
            "the lease is over",
            (held, &ending),
        );
    }
    check(
        state(b, job.lease.id).await == JobState::Due,
        "the change counts",
        &job,
    );
    answer(b.change(&[job.lease.id], Change::Drop, &action()).await);
    nothing_is_due(a, "a dropped job never runs").await;
}
