//! Sweeps.

use std::time::Duration;

use super::ask::{
    LONG, LONGER, SHORT, acquire, answer, bounded, buried, check, claim, commit_with, done, forget,
    kept_for, new_bound, new_key, released, renew, request, sweep,
};
use crate::replay::{Claim, LeaseState, ReplayStore};

/// So many sweeps, of a thousand records each, are enough for any store that a test uses.
const MOST_SWEEPS: usize = 1000;

/// What is swept away runs again.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_sweep_touches_nothing_that_has_not_expired<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let bound = new_bound(1);
    let counted = acquire(a, &new_key(), &bounded(bound)).await;
    let slow = acquire(a, &new_key(), &request(SHORT)).await;
    let failed = acquire(a, &new_key(), &request(LONG)).await;
    released(a, &failed).await;
    let handled = acquire(a, &new_key(), &request(LONG)).await;
    commit_with(a, &handled, Some(b"an answer")).await;
    let dead = acquire(a, &new_key(), &request(LONG)).await;
    buried(a, &dead).await;
    expire(
        a,
        &[End::Commit, End::Burial, End::Release, End::None],
        sleep,
    )
    .await;
    sweep_all(b, 1000).await;
    let failed_since = acquire(a, &new_key(), &request(LONG)).await;
    released(a, &failed_since).await;
    let findings = answer(b.check().await);

    let over = claim(a, &new_key(), &bounded(bound)).await;
    let promise = "a sweep leaves the count of a group until its first key has expired";
    check(matches!(over, Claim::OverBound), promise, (over, findings));
    let running = claim(a, counted.key(), &request(LONG)).await;
    let promise = "a sweep leaves a claim whose lease is alive";
    check(matches!(running, Claim::InFlight { .. }), promise, running);
    let renewed = renew(a, &slow, LONG).await;
    let promise = "a sweep leaves a claim whose lease has ended until it expires";
    check(renewed == LeaseState::Held, promise, renewed);
    let are_there = (
        forget(a, failed.key()).await,
        forget(a, failed_since.key()).await,
    );
    let promise = "a sweep leaves a released record";
    check(are_there.0 == are_there.1, promise, are_there);
    let copy = claim(a, handled.key(), &request(LONG)).await;
    let is_answered =
        matches!(&copy, Claim::Done { answer: Some(answer), .. } if answer == "an answer");
    let promise = "a sweep leaves a done record and its answer";
    check(is_answered, promise, copy);
    let copy = claim(a, dead.key(), &request(LONG)).await;
    let promise = "a sweep leaves a dead record";
    check(matches!(copy, Claim::Dead { .. }), promise, copy);
}

/// A sweep of a large store does not hold it up, and the caller knows when to stop.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_sweep_is_bounded_and_comes_to_an_end<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    expire(a, &[End::None; 5], sleep).await;
    for at_most in [0, 2] {
        let swept = sweep(b, at_most).await;
        let promise = "a sweep removes at most as many records as it is asked to";
        check(swept.removed <= at_most, promise, (at_most, swept));
    }
    let (_, is_through) = sweep_all(b, 1000).await;
    let promise = "sweeps come to an end after enough of them";
    check(
        is_through,
        promise,
        (MOST_SWEEPS, "times that there is more"),
    );
}

/// Not one of [`PROMISES`](super::PROMISES), because it counts: call it with a store of a new
/// database that nothing else uses, that does not purge by itself, and whose records do not end by
/// themselves.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_sweep_removes_all_that_has_expired<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    sweep_all(a, 1000).await;
    let mut bounded = kept_for(SHORT, SHORT);
    bounded.bound = Some(new_bound(1));
    let _lease = acquire(a, &new_key(), &bounded).await;
    expire(
        a,
        &[End::Burial, End::None, End::Burial, End::None, End::None],
        sleep,
    )
    .await;
    // Five records, and one with the count of its group.
    let (removed, _) = sweep_all(b, 2).await;
    let promise = "sweeps remove each record and each count that has expired";
    check(removed == 7, promise, removed);
    let swept = sweep(b, 100).await;
    let promise = "a sweep of a store without expired records removes none";
    check(swept.removed == 0, promise, swept);
}

/// How a claim ends before its record expires.
#[derive(Clone, Copy)]
enum End {
    Commit,
    Release,
    Burial,
    None,
}

/// Records that have expired.
async fn expire<S: ReplayStore>(store: &S, ends: &[End], sleep: &impl AsyncFn(Duration)) {
    for end in ends {
        let lease = acquire(store, &new_key(), &kept_for(SHORT, SHORT)).await;
        match end {
            End::Commit => done(store, &lease).await,
            End::Release => released(store, &lease).await,
            End::Burial => buried(store, &lease).await,
            End::None => {}
        }
    }
    sleep(LONGER).await;
}

/// Sweeps until there is no more. Returns how many records and counts were removed, and whether
/// there is no more.
async fn sweep_all<S: ReplayStore>(store: &S, at_most: usize) -> (usize, bool) {
    let mut removed = 0_usize;
    for _ in 0..MOST_SWEEPS {
        let swept = sweep(store, at_most).await;
        removed = removed.saturating_add(swept.removed);
        if !swept.more {
            return (removed, true);
        }
    }
    (removed, false)
}
