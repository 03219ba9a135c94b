//! Who has a job, and for how long.

use std::time::Duration;

use webhook_core::replay::LeaseState;

use super::ask::{
    LATER, LONG, SHORT, accept_all, answer, check, dead, find, join, nothing_is_due, number_of,
    parked, retry, settle, state, take, take_one,
};
use crate::{Ending, InboxTable, JobState};

/// A worker that died leaves its jobs behind, and another one takes them over.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_taken_job_is_left_alone_until_its_lease_ends<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let first = take_one(a, SHORT).await;
    nothing_is_due(b, "a taken job is left alone").await;
    sleep(LATER).await;
    let second = take_one(b, LONG).await;
    check(
        second.lease.id == first.lease.id,
        "it is the same job",
        &second,
    );
    check(second.attempt == 2, "it is the second attempt", &second);
    let ages = (first.age, second.age);
    check(
        ages.0 < ages.1,
        "a job says for how long it was stored",
        ages,
    );
    let is_higher = second.lease.epoch > first.lease.epoch;
    check(
        is_higher,
        "a later claim has a higher epoch",
        (&first, &second),
    );
}

/// A job that two workers have runs twice.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn of_many_takes_at_once_each_job_goes_to_one<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..60).await;
    let takes = (0..8).map(|n| take(if n % 2 == 0 { a } else { b }, 10, LONG));
    let taken: Vec<_> = join(takes.collect()).await.into_iter().flatten().collect();
    let rest = take(a, 100, LONG).await;
    let mut numbers: Vec<_> = taken
        .iter()
        .chain(&rest)
        .map(|job| number_of(&job.body))
        .collect();
    numbers.sort_unstable();
    check(
        numbers.iter().copied().eq(0..60),
        "each job is taken once",
        numbers,
    );
}

/// A handler may take longer than its lease, as long as it lives.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_renewed_lease_lasts_from_the_renewal_on<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let job = take_one(a, SHORT).await;
    let held = answer(a.renew(&job.lease, LONG).await);
    check(held == LeaseState::Held, "a held lease is renewed", held);
    sleep(LATER).await;
    nothing_is_due(b, "a renewed lease lasts").await;
    let held = answer(b.renew(&job.lease, SHORT).await);
    check(
        held == LeaseState::Held,
        "it is renewed by any handle",
        held,
    );
    sleep(LATER).await;
    let second = take_one(b, LONG).await;
    let held = answer(a.renew(&job.lease, LONG).await);
    check(
        held == LeaseState::Lost,
        "a lost lease is not renewed",
        held,
    );
    settle(b, &second.lease, &Ending::Done).await;
    let held = answer(b.renew(&second.lease, LONG).await);
    check(
        held == LeaseState::Lost,
        "an ended claim is not renewed",
        held,
    );
    check(
        state(a, job.lease.id).await == JobState::Done,
        "and stays ended",
        held,
    );
}

/// A worker that was away for too long must not decide about a job that another one has.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_lost_lease_changes_nothing<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let first = take_one(a, SHORT).await;
    sleep(LATER).await;
    let second = take_one(b, LONG).await;
    let endings = [
        Ending::Done,
        retry(SHORT),
        dead(),
        parked(),
        Ending::GivenBack,
    ];
    let mut wrong_epoch = second.lease;
    wrong_epoch.epoch = first.lease.epoch;
    let mut wrong_owner = second.lease;
    wrong_owner.owner = first.lease.owner;
    for lease in [first.lease, wrong_epoch, wrong_owner] {
        for ending in &endings {
            let held = answer(a.settle(&lease, ending).await);
            check(
                held == LeaseState::Lost,
                "the lease is lost",
                (held, ending),
            );
        }
        let held = answer(a.renew(&lease, LONG).await);
        check(
            held == LeaseState::Lost,
            "a lost lease is not renewed",
            held,
        );
    }
    let found = find(b, first.lease.id).await;
    let is_as_before = found.info.state == JobState::Running && found.info.attempts == 2;
    check(
        is_as_before && found.attempts.is_empty(),
        "nothing changed",
        &found,
    );
    settle(b, &second.lease, &Ending::Done).await;
    for ending in &endings {
        let held = answer(a.settle(&first.lease, ending).await);
        check(held == LeaseState::Lost, "it stays lost", (held, ending));
    }
}

/// Work that was done a little late is not done again.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn an_ended_lease_is_held_until_another_takes_the_job<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let job = take_one(a, SHORT).await;
    sleep(LATER).await;
    settle(a, &job.lease, &Ending::Done).await;
    nothing_is_due(b, "a job that was done late is done").await;
}
