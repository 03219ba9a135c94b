//! The life of a lease: its release, its end, its renewal.

use std::time::Duration;

use super::ask::{
    LONG, LONGER, SHORT, acquire, acquired, check, claim, commit, done, kept_for, new_key,
    released, renew, request,
};
use crate::replay::{Claim, Commit, LeaseState, ReplayStore};

/// A failed handler does not delay the retry. The record stays: its epoch is not granted again, and
/// it counts how often the delivery was tried.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_release_lets_the_next_claim_run_at_once_and_keeps_the_record<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let key = new_key();
    let mut last = acquire(a, &key, &request(LONG)).await;
    for attempt in 2..=50 {
        released(b, &last).await;
        let promise = "a released key is acquired at once";
        let next = acquired(claim(a, &key, &request(LONG)).await, promise);
        let promise = "a release keeps the record, so the next claim has a higher epoch";
        check(next.epoch() > last.epoch(), promise, (&last, &next));
        let promise = "a release keeps the record, so the next claim is one attempt more";
        check(next.attempt() == attempt, promise, (&last, &next));
        last = next;
    }
}

/// A handler that died does not hold its delivery for ever.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_lease_that_ended_is_taken_over_as_the_next_attempt<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let key = new_key();
    let _dead = acquire(a, &key, &request(SHORT)).await;
    sleep(LONGER).await;
    let promise = "a key whose lease has ended is acquired as attempt 2";
    let next = acquired(claim(b, &key, &request(LONG)).await, promise);
    check(next.attempt() == 2, promise, next);
}

/// The effects have happened. A run that was only slow is recorded, or it would run again.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_lease_that_ended_and_was_not_taken_over_still_commits<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let slow = acquire(a, &new_key(), &request(SHORT)).await;
    let slower = acquire(a, &new_key(), &request(SHORT)).await;
    sleep(LONGER).await;
    let answer = commit(b, &slow).await;
    let promise = "a lease that has ended and was not taken over commits";
    check(answer == Commit::Committed, promise, answer);
    let answer = renew(b, &slower, LONG).await;
    let promise = "a lease that has ended and was not taken over is renewed";
    check(answer == LeaseState::Held, promise, answer);
    done(a, &slower).await;
}

/// A heartbeat keeps other owners out, also beyond the retention.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_renewed_lease_does_not_end<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let mut renewed = Vec::new();
    for retain in [LONG, SHORT] {
        let lease = acquire(a, &new_key(), &kept_for(retain, SHORT)).await;
        let answer = renew(a, &lease, LONG).await;
        let promise = "the lease that holds the record is renewed";
        check(answer == LeaseState::Held, promise, answer);
        renewed.push(lease);
    }
    sleep(LONGER).await;
    for lease in &renewed {
        let answer = claim(b, lease.key(), &request(LONG)).await;
        let promise = "a renewed lease keeps other owners out, however short the retention is";
        check(matches!(answer, Claim::InFlight { .. }), promise, answer);
        done(b, lease).await;
    }
}
