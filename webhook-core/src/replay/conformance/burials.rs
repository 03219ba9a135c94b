//! Dead records: how a delivery dies, and how it comes back.

use std::time::Duration;

use super::ask::{
    LONG, LONGER, MOST, REST, RETAIN, SHORT, acquire, acquired, bounded, buried, bury, check,
    claim, commit, done, forget, kept_for, listed, new_bound, new_key, release, released, renew,
    request, revive,
};
use super::fencing::current_and_lost;
use crate::replay::{Claim, Commit, LeaseState, ReplayStore};

/// A delivery that is buried is not tried again, by its last owner either. The answer says how
/// often it was tried, and asking is no attempt.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_buried_delivery_is_dead_for_every_claim<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let (key, by) = (new_key(), request(LONG));
    released(b, &acquire(a, &key, &request(LONG)).await).await;
    let lease = acquire(a, &key, &by).await;
    buried(b, &lease).await;
    for (handle, by) in [(a, &by), (b, &by), (a, &request(LONG)), (b, &request(LONG))] {
        let answer = claim(handle, &key, by).await;
        let promise = "every claim after a burial is dead, with the attempts before it";
        let is_dead = matches!(answer, Claim::Dead { attempts } if attempts == lease.attempt());
        check(is_dead, promise, answer);
    }
}

/// A run that was taken over does not bury the next one, which may succeed. Done is never buried.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn only_the_current_lease_buries<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let (current, lost) = current_and_lost(a, b, sleep).await;
    for (which, lease) in &lost {
        let answer = bury(a, lease, "a note").await;
        let promise = format!("a lease {which} cannot bury");
        check(answer == LeaseState::Lost, &promise, answer);
    }
    done(b, &current).await;
    let answer = bury(a, &current, "a note").await;
    let promise = "a lease that has committed cannot bury";
    check(answer == LeaseState::Lost, promise, answer);
    let answer = claim(b, current.key(), &request(LONG)).await;
    let promise = "a done key stays done when its lease tries to bury it";
    check(matches!(answer, Claim::Done { .. }), promise, answer);
}

/// A run that failed slowly has failed too.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_lease_that_ended_and_was_not_taken_over_still_buries<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let slow = acquire(a, &new_key(), &request(SHORT)).await;
    sleep(LONGER).await;
    let answer = bury(b, &slow, "a note").await;
    let promise = "a lease that has ended and was not taken over buries";
    check(answer == LeaseState::Held, promise, answer);
}

/// The lease of a dead record is lost. Only a revival or an operator brings the delivery back.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_dead_record_stays_dead_whatever_its_lease_asks_for<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let lease = acquire(a, &new_key(), &request(LONG)).await;
    buried(b, &lease).await;
    let answers = (
        renew(a, &lease, LONG).await,
        release(b, &lease).await,
        bury(a, &lease, "another note").await,
        commit(b, &lease).await,
    );
    let all_lost = (
        LeaseState::Lost,
        LeaseState::Lost,
        LeaseState::Lost,
        Commit::LeaseLost,
    );
    let promise = "the lease of a dead record does not renew, release, bury or commit";
    check(answers == all_lost, promise, answers);
    let answer = claim(a, lease.key(), &request(LONG)).await;
    let promise = "a dead record stays dead when its lease asks for something else";
    check(matches!(answer, Claim::Dead { .. }), promise, answer);
}

/// The cause is mended, and the event runs at the next copy. It has all its attempts again, and its
/// epoch goes on.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_revived_delivery_runs_again_as_attempt_1<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let key = new_key();
    let failed = acquire(a, &key, &request(LONG)).await;
    buried(a, &failed).await;
    let revived = (revive(b, &key).await, revive(b, &key).await);
    let promise = "a revival says whether there was a dead record: first yes, then no";
    check(revived == (true, false), promise, revived);
    let entry = listed(a, &key).await;
    let promise = "a revived record is not in the list of dead ones";
    check(entry.is_none(), promise, entry);
    let promise = "a revived key is acquired at once";
    let again = acquired(claim(a, &key, &request(LONG)).await, promise);
    let promise = "the attempts of a revived record begin again";
    check(again.attempt() == 1, promise, &again);
    let promise = "a revival keeps the record, so the next claim has a higher epoch";
    check(again.epoch() > failed.epoch(), promise, (&failed, &again));
    done(b, &again).await;
}

/// A wrong key in an operator's command frees no claim and runs nothing twice.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn only_a_dead_record_is_revived<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let slow = acquire(a, &new_key(), &request(SHORT)).await;
    sleep(LONGER).await;
    let running = acquire(a, &new_key(), &request(LONG)).await;
    let failed = acquire(a, &new_key(), &request(LONG)).await;
    released(a, &failed).await;
    let handled = acquire(a, &new_key(), &request(LONG)).await;
    done(a, &handled).await;
    for (which, key) in [
        ("an absent record", &new_key()),
        ("a claim whose lease has ended", slow.key()),
        ("a claim whose lease is alive", running.key()),
        ("a released record", failed.key()),
        ("a done record", handled.key()),
    ] {
        let promise = format!("{which} is not revived");
        check(!revive(b, key).await, &promise, true);
    }
    let answer = renew(a, &slow, LONG).await;
    let promise = "a claim stays as it is when someone tries to revive it";
    check(answer == LeaseState::Held, promise, answer);
    let answers = (
        claim(b, running.key(), &request(LONG)).await,
        claim(b, handled.key(), &request(LONG)).await,
    );
    let are_unchanged = matches!(answers, (Claim::InFlight { .. }, Claim::Done { .. }));
    let promise = "a claimed and a done record stay as they are when someone tries to revive them";
    check(are_unchanged, promise, answers);
}

/// A revival is no new label.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_revived_key_is_not_counted_again_in_its_group<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let (bound, key) = (new_bound(1), new_key());
    buried(a, &acquire(a, &key, &bounded(bound)).await).await;
    let answer = claim(b, &key, &bounded(bound)).await;
    let promise = "a dead key of a full group is dead";
    check(matches!(answer, Claim::Dead { .. }), promise, answer);
    let promise = "a dead key is revived";
    check(revive(b, &key).await, promise, false);
    let promise = "a revived key of a full group is acquired";
    done(b, &acquired(claim(a, &key, &bounded(bound)).await, promise)).await;
}

/// An operator can give a dead delivery up, or let it begin anew.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_dead_delivery_can_be_forgotten<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let key = new_key();
    buried(a, &acquire(a, &key, &request(LONG)).await).await;
    let forgotten = (forget(b, &key).await, forget(b, &key).await);
    let promise = "forgetting a dead key says whether there was a record: first yes, then no";
    check(forgotten == (true, false), promise, forgotten);
    let entry = listed(a, &key).await;
    let promise = "a forgotten record is not in the list of dead ones";
    check(entry.is_none(), promise, entry);
    let promise = "a dead key that was forgotten is new";
    let again = acquired(claim(a, &key, &request(LONG)).await, promise);
    check(again.attempt() == 1, promise, again);
}

/// A dead record is kept for the retention of its claim, from its burial on. Copies do not extend
/// that: after it the event may run again.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_dead_record_is_kept_like_a_released_one<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let (repeated, quiet) = (new_key(), new_key());
    let by = || kept_for(RETAIN, RETAIN);
    let (first, second) = (
        acquire(a, &repeated, &by()).await,
        acquire(a, &quiet, &by()).await,
    );
    sleep(MOST).await;
    buried(a, &first).await;
    buried(b, &second).await;
    sleep(REST).await;
    let promise = "a burial keeps the record for the retention of its claim, from the burial on";
    let answer = claim(b, &repeated, &by()).await;
    check(matches!(answer, Claim::Dead { .. }), promise, answer);
    let entry = listed(b, &quiet).await;
    check(entry.is_some(), promise, entry);

    sleep(MOST).await;
    let promise = "a dead record past its retention is not in the list";
    let entry = listed(a, &quiet).await;
    check(entry.is_none(), promise, entry);
    let promise = "a dead record past its retention is absent: it is not revived";
    check(!revive(a, &quiet).await, promise, true);
    for key in [&quiet, &repeated] {
        let promise = "a dead record past its retention is absent, so the key is attempt 1";
        let again = acquired(claim(a, key, &by()).await, promise);
        check(again.attempt() == 1, promise, again);
    }
}

/// A delivery may be revived long after its death. The next copy may take as long as any.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn retention_begins_anew_with_a_revival<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let (early, late) = (new_key(), new_key());
    buried(a, &acquire(a, &early, &kept_for(RETAIN, RETAIN)).await).await;
    sleep(MOST).await;
    let promise = "a dead key is revived within its retention";
    check(revive(b, &early).await, promise, false);
    sleep(REST).await;
    buried(a, &acquire(a, &late, &kept_for(RETAIN, RETAIN)).await).await;
    revive(b, &late).await;
    let are_there = (forget(a, &early).await, forget(a, &late).await);
    let promise = "a revival keeps the record for the retention of its claim, from then on";
    check(are_there.0 == are_there.1, promise, are_there);
}
