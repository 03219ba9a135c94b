//! What becomes of a job when its claim ends.

use std::time::Duration;

use webhook_core::replay::LeaseState;

use super::ask::{
    LATER, LONG, SHORT, accept_all, action, answer, check, dead, failure, find, nothing_is_due,
    parked, retry, settle, state, take_one,
};
use crate::{Change, Ending, InboxTable, JobState};

/// # Panics
///
/// If the table breaks this promise.
pub async fn a_done_job_is_never_taken_again<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let job = take_one(a, SHORT).await;
    settle(a, &job.lease, &Ending::Done).await;
    sleep(LATER).await;
    nothing_is_due(b, "a done job stays done").await;
    let found = find(b, job.lease.id).await;
    check(found.info.state == JobState::Done, "it is done", &found);
    check(found.info.ended_at.is_some(), "it has an end", &found);
}

/// The answer of an ending may be lost.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn an_ending_can_be_repeated<T: InboxTable>(a: &T, b: &T, _: &impl AsyncFn(Duration)) {
    let endings = [Ending::Done, retry(LONG), dead(), parked()];
    for (number, ending) in (0..).zip(&endings) {
        accept_all(a, number..number.saturating_add(1)).await;
        let job = take_one(a, LONG).await;
        settle(a, &job.lease, ending).await;
        let before = find(a, job.lease.id).await;
        settle(b, &job.lease, ending).await;
        let after = find(a, job.lease.id).await;
        let is_same = before.info == after.info && before.attempts == after.attempts;
        check(
            is_same,
            "the second time changes nothing",
            (&before, &after),
        );
        for other in endings.iter().filter(|other| *other != ending) {
            let held = answer(b.settle(&job.lease, other).await);
            check(
                held == LeaseState::Lost,
                "another ending is refused",
                (ending, other),
            );
        }
    }
}

/// # Panics
///
/// If the table breaks this promise.
pub async fn a_retry_is_due_after_its_time<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let job = take_one(a, LONG).await;
    settle(a, &job.lease, &retry(SHORT)).await;
    nothing_is_due(b, "a retry waits").await;
    let found = find(b, job.lease.id).await;
    check(found.info.state == JobState::Due, "it is due later", &found);
    let error = found.info.error.as_deref();
    check(error == Some("timeout"), "its error is kept", &found);
    let kept = found.attempts.first();
    let is_kept = kept.is_some_and(|kept| kept.failure == failure("timeout") && kept.number == 1);
    check(is_kept, "so is its attempt", &found);
    sleep(LATER).await;
    let again = take_one(b, LONG).await;
    check(
        again.attempt == 2,
        "the second attempt is number two",
        &again,
    );
}

/// # Panics
///
/// If the table breaks this promise.
pub async fn a_dead_job_runs_again_only_when_it_is_requeued<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let job = take_one(a, SHORT).await;
    settle(a, &job.lease, &dead()).await;
    sleep(LATER).await;
    nothing_is_due(b, "a dead job stays dead").await;
    let found = find(b, job.lease.id).await;
    check(found.info.state == JobState::Dead, "it is dead", &found);
    check(found.info.ended_at.is_none(), "it has no end", &found);
    check(found.attempts.len() == 1, "its attempt is kept", &found);
    let changed = answer(b.change(&[job.lease.id], Change::Requeue, &action()).await);
    check(changed == 1, "it is requeued", changed);
    let again = take_one(a, LONG).await;
    check(again.attempt == 1, "its attempts begin anew", &again);
    settle(a, &again.lease, &dead()).await;
    let found = find(b, job.lease.id).await;
    let numbers: Vec<_> = found.attempts.iter().map(|kept| kept.number).collect();
    check(numbers == [1, 2], "those of before are kept", &found);
}

/// Waiting for a handler to come back must not use up a budget.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_parked_job_spends_no_attempt<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let job = take_one(a, SHORT).await;
    settle(a, &job.lease, &parked()).await;
    sleep(LATER).await;
    nothing_is_due(b, "a parked job stays parked").await;
    let found = find(b, job.lease.id).await;
    check(found.info.state == JobState::Parked, "it is parked", &found);
    check(found.info.attempts == 0, "that was no attempt", &found);
    check(found.attempts.is_empty(), "and none is kept", &found);
    let error = found.info.error.as_deref();
    check(error == Some("no handler"), "it says why", &found);
    let changed = answer(a.change(&[job.lease.id], Change::Requeue, &action()).await);
    check(changed == 1, "it is requeued", changed);
    let again = take_one(b, LONG).await;
    check(again.attempt == 1, "the next attempt is the first", &again);
}

/// A worker that shuts down gives back what it has not begun.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_job_that_is_given_back_is_due_at_once<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let job = take_one(a, LONG).await;
    settle(a, &job.lease, &Ending::GivenBack).await;
    check(
        state(b, job.lease.id).await == JobState::Due,
        "it is due",
        &job,
    );
    let again = take_one(b, LONG).await;
    check(again.attempt == 1, "that was no attempt", &again);
    let held = answer(a.settle(&job.lease, &Ending::GivenBack).await);
    check(held == LeaseState::Lost, "the first lease is lost", held);
}

/// A job that fails for weeks must not fill the disk with its failures.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn the_first_and_the_last_nine_attempts_are_kept<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let mut id = None;
    for _ in 0..13 {
        let job = take_one(a, LONG).await;
        id = Some(job.lease.id);
        settle(b, &job.lease, &retry(Duration::ZERO)).await;
    }
    let Some(id) = id else { return };
    let found = find(a, id).await;
    let numbers: Vec<_> = found.attempts.iter().map(|kept| kept.number).collect();
    let expected = [1, 5, 6, 7, 8, 9, 10, 11, 12, 13];
    check(numbers == expected, "one and nine are kept", numbers);
    check(found.info.attempts == 13, "all are counted", &found);
}
