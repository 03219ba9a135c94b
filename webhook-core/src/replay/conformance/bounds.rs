//! The number of keys in a group.

use std::time::Duration;

use super::ask::{
    LONG, MOST, REST, RETAIN, acquire, acquired, bounded, check, claim, done, kept_for, new_bound,
    new_key, released, request,
};
use crate::replay::{Claim, LabelBound, ReplayStore};

/// Labels that no sender signs can be invented. The bound ends that.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_group_has_as_many_keys_as_its_bound_and_no_more<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let bound = new_bound(3);
    for handle in [a, b, a] {
        let promise = "a group takes as many keys as its bound";
        let answer = claim(handle, &new_key(), &bounded(bound)).await;
        done(handle, &acquired(answer, promise)).await;
    }
    for handle in [a, b] {
        let promise = "a full group takes no further key, through any handle";
        is_over(handle, bound, promise).await;
    }
    let key = new_key();
    let answer = claim(a, &key, &bounded(bound)).await;
    let promise = "a full group takes no further key";
    check(matches!(answer, Claim::OverBound), promise, answer);
    let promise = "a claim over the bound records nothing, so its key is attempt 1";
    let lease = acquired(claim(b, &key, &request(LONG)).await, promise);
    check(lease.attempt() == 1, promise, lease);
}

/// A copy is not a new label.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_known_key_is_not_counted_again_and_answers_over_the_bound_too<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let bound = new_bound(2);
    let (known, other) = (new_key(), new_key());
    let lease = acquire(a, &known, &bounded(bound)).await;
    for handle in [a, b] {
        let answer = claim(handle, &known, &bounded(bound)).await;
        let promise = "a copy of a claimed key is in flight";
        check(matches!(answer, Claim::InFlight { .. }), promise, answer);
    }
    done(a, &lease).await;
    let answer = claim(a, &known, &bounded(bound)).await;
    let promise = "a copy of a done key is done";
    check(matches!(answer, Claim::Done { .. }), promise, answer);

    let promise = "copies of a key are not counted, so the group takes another key";
    let _lease = acquired(claim(b, &other, &bounded(bound)).await, promise);
    let answer = claim(a, &other, &bounded(bound)).await;
    let promise = "a claimed key of a full group is in flight";
    check(matches!(answer, Claim::InFlight { .. }), promise, answer);
    let answer = claim(b, &known, &bounded(bound)).await;
    let promise = "a done key of a full group is done";
    check(matches!(answer, Claim::Done { .. }), promise, answer);
}

/// A full group takes nothing from another, nor from keys without a group.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn groups_do_not_touch_each_other<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let (full, other) = (new_bound(1), new_bound(1));
    let _first = acquire(a, &new_key(), &bounded(full)).await;
    let promise = "a full group leaves other groups alone";
    let _lease = acquired(claim(b, &new_key(), &bounded(other)).await, promise);
    let promise = "a full group leaves keys without a group alone";
    let _lease = acquired(claim(b, &new_key(), &request(LONG)).await, promise);
}

/// An attacker whose invented labels fail must not have more of them.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_release_gives_no_place_in_its_group_back<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let bound = new_bound(2);
    for handle in [a, b] {
        let lease = acquire(handle, &new_key(), &bounded(bound)).await;
        released(b, &lease).await;
    }
    is_over(a, bound, "a release does not lower the count of its group").await;
}

/// The count ends with the retention of the first key, and no later key extends it. Otherwise a
/// group in constant use stays full for ever.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_group_is_forgotten_when_the_retention_of_its_first_key_has_passed<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let bound = new_bound(2);
    let request = || {
        let mut request = kept_for(RETAIN, LONG);
        request.bound = Some(bound);
        request
    };
    let _lease = acquire(a, &new_key(), &request()).await;
    sleep(MOST).await;
    let _lease = acquire(b, &new_key(), &request()).await;
    let answer = claim(a, &new_key(), &request()).await;
    let promise = "a group is counted until the retention of its first key ends";
    check(matches!(answer, Claim::OverBound), promise, answer);
    sleep(REST).await;
    let promise = "the count of a group ends with the retention of its first key";
    let _lease = acquired(claim(b, &new_key(), &request()).await, promise);
}

/// A new key of a full group is refused.
async fn is_over<S: ReplayStore>(store: &S, bound: LabelBound, promise: &str) {
    let answer = claim(store, &new_key(), &bounded(bound)).await;
    check(matches!(answer, Claim::OverBound), promise, answer);
}
