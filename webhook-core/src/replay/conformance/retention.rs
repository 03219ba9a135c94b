//! How long records are kept.

use std::time::Duration;

use super::ask::{
    LONG, LONGER, MOST, REST, RETAIN, SHORT, acquire, acquired, check, claim, commit, done, forget,
    kept_for, new_key, release, renew,
};
use crate::replay::{Claim, Commit, LeaseState, ReplayStore};

/// A record is kept as long as its claim asked for, whatever a later claim asks for. After that
/// it counts as absent for every operation.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_record_past_its_retention_counts_as_absent<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let (brief, kept, unsettled) = (new_key(), new_key(), new_key());
    let settled = acquire(a, &brief, &kept_for(SHORT, SHORT)).await;
    done(b, &settled).await;
    done(a, &acquire(a, &kept, &kept_for(LONG, SHORT)).await).await;
    let late = acquire(a, &unsettled, &kept_for(SHORT, SHORT)).await;
    sleep(LONGER).await;

    let answers = (
        commit(a, &late).await,
        renew(a, &late, SHORT).await,
        release(a, &late).await,
        forget(a, &unsettled).await,
    );
    let of_absent = (Commit::LeaseLost, LeaseState::Lost, LeaseState::Lost, false);
    let promise = "a claim past its retention is absent for commit, renew, release and forget";
    check(answers == of_absent, promise, answers);

    let promise = "a done record past its retention is absent, so the key is attempt 1";
    let again = acquired(claim(b, &brief, &kept_for(LONG, LONG)).await, promise);
    check(again.attempt() == 1, promise, again);

    let answer = claim(b, &kept, &kept_for(SHORT, SHORT)).await;
    let promise = "a done record is kept as long as its claim asked for, not as a later one does";
    check(matches!(answer, Claim::Done { .. }), promise, answer);
}

/// A handler may take long. Its delivery is remembered from its end, not from its beginning.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn retention_begins_anew_with_the_commit<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let key = new_key();
    let lease = acquire(a, &key, &kept_for(RETAIN, RETAIN)).await;
    sleep(MOST).await;
    done(b, &lease).await;
    sleep(REST).await;
    let answer = claim(a, &key, &kept_for(RETAIN, RETAIN)).await;
    let promise = "a commit keeps the record for the retention of its claim, from the commit on";
    check(matches!(answer, Claim::Done { .. }), promise, answer);
}

/// A sender that repeats a delivery does not keep its record for ever.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_duplicate_does_not_extend_the_retention<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let (repeated, quiet) = (new_key(), new_key());
    for key in [&repeated, &quiet] {
        let lease = acquire(a, key, &kept_for(RETAIN, RETAIN)).await;
        done(a, &lease).await;
    }
    sleep(MOST).await;
    for handle in [a, b] {
        let answer = claim(handle, &repeated, &kept_for(RETAIN, RETAIN)).await;
        let promise = "a committed key is done within its retention";
        check(matches!(answer, Claim::Done { .. }), promise, answer);
    }
    sleep(REST).await;
    let answers = (
        claim(a, &repeated, &kept_for(RETAIN, RETAIN)).await,
        claim(a, &quiet, &kept_for(RETAIN, RETAIN)).await,
    );
    let is_extended = matches!(answers, (Claim::Done { .. }, Claim::Acquired(_)));
    let promise = "a duplicate does not extend the retention of a done record";
    check(!is_extended, promise, answers);
}

/// A short retention does not open the door for a second run.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn no_record_expires_while_its_lease_is_alive<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let key = new_key();
    let lease = acquire(a, &key, &kept_for(SHORT, LONG)).await;
    sleep(LONGER).await;
    let answer = claim(b, &key, &kept_for(SHORT, LONG)).await;
    let promise = "a claim is in flight while its lease is alive, however short the retention is";
    check(matches!(answer, Claim::InFlight { .. }), promise, answer);
    done(a, &lease).await;
}
