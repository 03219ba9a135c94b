//! Many operations at the same time, through both handles.
//!
//! A store that reads, decides and then writes is caught here: the futures are polled side by
//! side, so that all of them can read before the first one writes.

use std::time::Duration;

use super::ask::{
    LONG, LONGER, SHORT, acquire, acquired, bounded, buried, check, claim, done, join, new_bound,
    new_key, request,
};
use super::moves::{
    Answer, CLAIMS, Move, count_acquired, make, one_is_acquired_and_others_wait, race,
};
use crate::replay::{Claim, Lease, ReplayStore};

/// How many keys a race is run for.
const KEYS: usize = 8;

/// Copies of a delivery arrive together. Money depends on this promise.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn of_many_claims_at_once_exactly_one_is_acquired<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    for _ in 0..KEYS {
        let answers = race(a, b, None, &new_key()).await;
        let promise = "of many claims of a new key at once, one is acquired and the others wait";
        check(one_is_acquired_and_others_wait(&answers), promise, answers);
    }
}

/// A lease ends while copies wait for it.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn of_many_take_overs_at_once_exactly_one_is_acquired<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    for late in leases_that_ended(a, sleep).await {
        let answers = race(a, b, None, late.key()).await;
        let promise = "of many take-overs at once, one is acquired and the others wait";
        check(one_is_acquired_and_others_wait(&answers), promise, answers);
    }
}

/// A slow handler ends while copies wait for its lease. Either its commit counts or a take-over.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn of_a_commit_and_many_take_overs_at_once_exactly_one_wins<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    for late in leases_that_ended(a, sleep).await {
        let answers = race(a, b, Some(Move::Commit(&late)), late.key()).await;
        let commits = answers.iter().filter(|answer| answer.is_committed());
        let winners = commits.count().saturating_add(count_acquired(&answers));
        let promise = "of a commit and many take-overs at once, exactly one wins";
        check(winners == 1, promise, answers);
    }
}

/// A handler fails for the last time while copies wait for its lease. Either its burial counts or a
/// take-over.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn of_a_burial_and_many_take_overs_at_once_exactly_one_wins<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    for late in leases_that_ended(a, sleep).await {
        let answers = race(a, b, Some(Move::Bury(&late)), late.key()).await;
        let burials = answers.iter().filter(|answer| answer.is_buried());
        let winners = burials.count().saturating_add(count_acquired(&answers));
        let promise = "of a burial and many take-overs at once, exactly one wins";
        check(winners == 1, promise, answers);
    }
}

/// Two operators revive a delivery. A revival that comes second does not free the run that the
/// first one allowed.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn of_many_revivals_at_once_exactly_one_takes_place<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    for _ in 0..KEYS {
        let key = new_key();
        buried(a, &acquire(a, &key, &request(LONG)).await).await;
        let revivals = (0..CLAIMS).map(|n| {
            let handle = if n % 2 == 0 { a } else { b };
            make(handle, Move::Revive(&key))
        });
        let answers = join(revivals.collect()).await;
        let revived = answers.iter().filter(|answer| answer.is_revived());
        let promise = "of many revivals at once, exactly one takes place";
        check(revived.count() == 1, promise, answers);
    }
}

/// A failed handler gives its claim back while the next run begins. The release frees its own
/// claim or nothing.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_release_at_the_same_time_leaves_the_next_claim_alone<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let late = leases_that_ended(a, sleep).await;
    let moves = late.iter().flat_map(|late| {
        let (release, claim) = (Move::Release(late), Move::Claim(late.key()));
        [make(a, release), make(b, claim)]
    });
    for answer in join(moves.collect()).await {
        let Answer::Claim(answer) = answer else {
            continue;
        };
        let promise = "a lease that has ended is taken over while its owner releases it";
        let next = acquired(answer, promise);
        let answer = claim(a, next.key(), &request(LONG)).await;
        let promise = "the release of an ended lease does not free the claim that took over";
        check(matches!(answer, Claim::InFlight { .. }), promise, answer);
        done(b, &next).await;
    }
    for _ in 0..KEYS {
        let key = new_key();
        let failed = acquire(a, &key, &request(LONG)).await;
        let answers = race(a, b, Some(Move::Release(&failed)), &key).await;
        let releases = answers.iter().filter(|answer| answer.is_released());
        let is_one_run = releases.count() == 1 && count_acquired(&answers) <= 1;
        let promise = "of a release and many claims at once, at most one claim is acquired";
        check(is_one_run, promise, answers);
    }
}

/// An attacker sends all invented labels at the same time.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn of_many_keys_of_a_group_at_once_as_many_are_acquired_as_its_bound<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let bound = new_bound(5);
    let claims = (0..CLAIMS).map(|n| async move {
        let handle = if n % 2 == 0 { a } else { b };
        Answer::Claim(claim(handle, &new_key(), &bounded(bound)).await)
    });
    let answers = join(claims.collect()).await;
    let over = answers.iter().filter(|answer| answer.is_over_bound());
    let counts = (count_acquired(&answers), over.count());
    let promise = "of many keys of a group at once, as many are acquired as its bound";
    check(counts == (5, CLAIMS - 5), promise, answers);
}

/// Claims of a key each, whose leases have ended.
async fn leases_that_ended<S: ReplayStore>(
    store: &S,
    sleep: &impl AsyncFn(Duration),
) -> Vec<Lease> {
    let mut leases = Vec::new();
    for _ in 0..KEYS {
        leases.push(acquire(store, &new_key(), &request(SHORT)).await);
    }
    sleep(LONGER).await;
    leases
}
