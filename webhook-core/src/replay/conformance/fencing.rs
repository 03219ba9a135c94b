//! Leases that do not hold their record change nothing.

use std::num::NonZeroU64;
use std::time::Duration;

use super::ask::{
    LONG, LONGER, SHORT, acquire, acquired, check, claim, commit, done, new_key, new_owner,
    release, released, renew, request,
};
use crate::replay::{Claim, Commit, Lease, LeaseState, ReplayStore};

/// Of two runs of one delivery, only the current one is recorded.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn only_the_current_lease_commits<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let (current, lost) = current_and_lost(a, b, sleep).await;
    for (which, lease) in &lost {
        let answer = commit(a, lease).await;
        let promise = format!("a lease {which} cannot commit");
        check(answer == Commit::LeaseLost, &promise, answer);
    }
    done(b, &current).await;
    for (which, lease) in &lost {
        let answer = commit(b, lease).await;
        let promise = format!("a lease {which} cannot commit after the current one has");
        check(answer != Commit::Committed, &promise, answer);
    }
}

/// A run that was taken over does not open the door for a third one. Done is never released.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn only_the_current_lease_releases<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let (current, lost) = current_and_lost(a, b, sleep).await;
    for (which, lease) in &lost {
        let answer = release(a, lease).await;
        let promise = format!("a lease {which} cannot release");
        check(answer == LeaseState::Lost, &promise, answer);
    }
    done(b, &current).await;
    let answer = release(a, &current).await;
    let promise = "a lease that has committed cannot release";
    check(answer == LeaseState::Lost, promise, answer);
    let answer = claim(b, current.key(), &request(LONG)).await;
    let promise = "a done key stays done when its lease tries to release it";
    check(matches!(answer, Claim::Done { .. }), promise, answer);
}

/// A late heartbeat takes nothing back: two handlers would run at the same time.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_lost_lease_is_never_renewed<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let (current, lost) = current_and_lost(a, b, sleep).await;
    for (which, lease) in &lost {
        let answer = renew(a, lease, LONG).await;
        let promise = format!("a lease {which} is not renewed");
        check(answer == LeaseState::Lost, &promise, answer);
    }
    done(b, &current).await;
    let answer = renew(a, &current, LONG).await;
    let promise = "a lease that has committed is not renewed";
    check(answer == LeaseState::Lost, promise, answer);
    let answer = claim(b, current.key(), &request(LONG)).await;
    let promise = "a done key stays done when its lease tries to renew it";
    check(matches!(answer, Claim::Done { .. }), promise, answer);

    let key = new_key();
    let lease = acquire(a, &key, &request(LONG)).await;
    released(a, &lease).await;
    renew(b, &lease, LONG).await;
    let promise = "a renewal does not revive a released lease, so the key is acquired";
    let _next = acquired(claim(a, &key, &request(LONG)).await, promise);
}

/// A lease that holds its record, and leases that hold none.
pub(super) async fn current_and_lost<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) -> (Lease, [(&'static str, Lease); 5]) {
    let key = new_key();
    let stale = acquire(a, &key, &request(SHORT)).await;
    sleep(LONGER).await;
    let current = acquire(b, &key, &request(LONG)).await;
    let given_back = acquire(a, &new_key(), &request(LONG)).await;
    released(a, &given_back).await;

    let (owner, epoch) = (current.owner(), current.epoch());
    let lost = [
        ("that was taken over", stale),
        ("that was released", given_back),
        ("of another owner", Lease::new(key, new_owner(), epoch, 2)),
        (
            "of another epoch",
            Lease::new(key, owner, epoch.saturating_add(1), 2),
        ),
        (
            "of an absent key",
            Lease::new(new_key(), owner, NonZeroU64::MIN, 1),
        ),
    ];
    (current, lost)
}
