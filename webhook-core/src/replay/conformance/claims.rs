//! Claims that meet a claim, a commit, or nothing.

use std::time::Duration;

use super::ask::{
    LONG, acquire, acquired, check, claim, commit, done, forget, new_key, released, request,
};
use crate::replay::{Claim, Commit, ReplayKey, ReplayStore};

/// A new key is acquired as attempt 1. Another owner is told to wait, for no longer than the lease.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn the_first_claim_is_acquired_and_a_second_owner_waits<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let (key, by) = (new_key(), request(LONG));
    let lease = acquire(a, &key, &by).await;
    let promise = "a new key is acquired for its claimant, as attempt 1";
    let granted = (*lease.key(), lease.owner(), lease.attempt());
    check(granted == (key, by.owner, 1), promise, &lease);
    let answer = claim(b, &key, &request(LONG)).await;
    let waits = |left: Duration| !left.is_zero() && left <= LONG;
    let is_told_to_wait = matches!(answer, Claim::InFlight { retry_after } if waits(retry_after));
    let promise = "a second owner is in flight for the rest of the first lease";
    check(is_told_to_wait, promise, answer);
}

/// The answer to a claim can be lost. The owner that asks again has the same claim.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_claim_repeated_by_its_owner_is_the_same_claim<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let (key, request) = (new_key(), request(LONG));
    let first = acquire(a, &key, &request).await;
    let promise = "an owner that repeats its claim has the same epoch and attempt";
    let again = acquired(claim(b, &key, &request).await, promise);
    let is_same = (again.epoch(), again.attempt()) == (first.epoch(), first.attempt());
    check(is_same, promise, (&first, &again));
}

/// Done is done for every owner, through every handle.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_commit_makes_every_later_claim_done<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let (key, request) = (new_key(), request(LONG));
    let lease = acquire(a, &key, &request).await;
    done(b, &lease).await;
    for (handle, by) in [(a, &request), (b, &request), (a, &self::request(LONG))] {
        let answer = claim(handle, &key, by).await;
        let promise = "every claim after a commit is done, with the same payload";
        check(
            matches!(
                answer,
                Claim::Done {
                    same_payload: true,
                    ..
                }
            ),
            promise,
            answer,
        );
    }
}

/// The answer to a commit can be lost too.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_commit_repeated_is_told_so<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let lease = acquire(a, &new_key(), &request(LONG)).await;
    done(a, &lease).await;
    let answer = commit(b, &lease).await;
    let promise = "a lease that commits again is told that it has committed";
    check(answer == Commit::AlreadyCommitted, promise, answer);
}

/// The fingerprint is for a warning. It decides nothing.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn another_payload_under_the_same_key_is_done_and_told_apart<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let (key, mut first, mut other) = (new_key(), request(LONG), request(LONG));
    (first.fingerprint, other.fingerprint) = (1, 2);
    let lease = acquire(a, &key, &first).await;
    done(a, &lease).await;
    let answer = claim(b, &key, &other).await;
    let is_told_apart = matches!(
        answer,
        Claim::Done {
            same_payload: false,
            ..
        }
    );
    let promise = "another payload under a done key is done, and told apart";
    check(is_told_apart, promise, answer);
}

/// An operator can run a done delivery again. No handle remembers what was forgotten.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_forgotten_delivery_runs_again<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let key = new_key();
    let lease = acquire(a, &key, &request(LONG)).await;
    done(a, &lease).await;
    let answer = claim(b, &key, &request(LONG)).await;
    let promise = "a committed key is done through the other handle";
    check(matches!(answer, Claim::Done { .. }), promise, answer);
    let forgotten = (forget(a, &key).await, forget(a, &key).await);
    let promise = "forgetting says whether there was a record: first yes, then no";
    check(forgotten == (true, false), promise, forgotten);
    let promise = "a forgotten key is new for every handle";
    let again = acquired(claim(b, &key, &request(LONG)).await, promise);
    check(again.attempt() == 1, promise, again);
}

/// At least the first 16 bytes of a key count.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn keys_do_not_touch_each_other<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let key = new_key();
    let lease = acquire(a, &key, &request(LONG)).await;
    for at in [0, 7, 8, 15] {
        let mut near = *key.as_bytes();
        if let Some(byte) = near.get_mut(at) {
            *byte ^= 1;
        }
        let promise = "a key that differs in one of its first 16 bytes is another key";
        let answer = claim(b, &ReplayKey::from_bytes(near), &request(LONG)).await;
        released(b, &acquired(answer, promise)).await;
    }
    done(a, &lease).await;
}
