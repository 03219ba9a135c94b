//! How the suite asks a store, and how it says what is broken.

use std::fmt::Debug;
use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU16;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use crate::error::StoreError;
use crate::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, LabelBound, Lease, LeaseState, Owner, ReplayKey,
    ReplayStore, Swept,
};

/// So long that no test machine lets it pass by accident.
pub(super) const LONG: Duration = Duration::from_secs(600);
/// A lease or retention that a test lets end. Whole seconds, for stores that count those.
pub(super) const SHORT: Duration = Duration::from_secs(1);
/// More than `SHORT`, rounded up to the next second.
pub(super) const LONGER: Duration = Duration::from_millis(2200);
/// A retention of which a test first lets most pass, and then the rest.
pub(super) const RETAIN: Duration = Duration::from_secs(6);
/// Most of `RETAIN`, with room for a sleep that takes too long.
pub(super) const MOST: Duration = Duration::from_secs(4);
/// With `MOST` more than `RETAIN`, rounded up to the next second; alone less than `RETAIN`.
pub(super) const REST: Duration = Duration::from_millis(3500);

/// Panics with the promise and the answer, unless the promise is kept.
#[track_caller]
pub(crate) fn check(is_kept: bool, promise: &str, answer: impl Debug) {
    assert!(
        is_kept,
        "broken promise: {promise}; the store answered {answer:?}"
    );
}

/// The lease of a claim that has to be acquired.
#[track_caller]
pub(super) fn acquired(answer: Claim, promise: &str) -> Lease {
    match answer {
        Claim::Acquired(lease) => lease,
        other => panic!("broken promise: {promise}; the store answered {other:?}"),
    }
}

pub(super) async fn claim<S: ReplayStore>(s: &S, key: &ReplayKey, by: &ClaimRequest) -> Claim {
    answer(s.claim(key, by).await)
}

/// Claims a key that no lease and no commit holds.
pub(super) async fn acquire<S: ReplayStore>(s: &S, key: &ReplayKey, by: &ClaimRequest) -> Lease {
    let answer = claim(s, key, by).await;
    acquired(
        answer,
        "a claim that no lease and no commit holds is acquired",
    )
}

pub(super) async fn commit<S: ReplayStore>(store: &S, lease: &Lease) -> Commit {
    commit_with(store, lease, None).await
}

pub(super) async fn commit_with<S: ReplayStore>(
    store: &S,
    lease: &Lease,
    with: Option<&[u8]>,
) -> Commit {
    answer(store.commit(lease, with).await)
}

/// Commits a lease that holds its record.
pub(super) async fn done<S: ReplayStore>(store: &S, lease: &Lease) {
    let answer = commit(store, lease).await;
    let promise = "the lease that holds the record commits";
    check(answer == Commit::Committed, promise, answer);
}

pub(super) async fn release<S: ReplayStore>(store: &S, lease: &Lease) -> LeaseState {
    answer(store.release(lease).await)
}

/// Releases a lease that holds its record.
pub(super) async fn released<S: ReplayStore>(store: &S, lease: &Lease) {
    let answer = release(store, lease).await;
    let promise = "the lease that holds the record is released";
    check(answer == LeaseState::Held, promise, answer);
}

pub(super) async fn bury<S: ReplayStore>(store: &S, lease: &Lease, note: &str) -> LeaseState {
    answer(store.bury(lease, note).await)
}

/// Buries a lease that holds its record.
pub(super) async fn buried<S: ReplayStore>(store: &S, lease: &Lease) {
    let answer = bury(store, lease, "a note").await;
    let promise = "the lease that holds the record is buried";
    check(answer == LeaseState::Held, promise, answer);
}

pub(super) async fn revive<S: ReplayStore>(store: &S, key: &ReplayKey) -> bool {
    answer(store.revive(key).await)
}

pub(super) async fn dead<S: ReplayStore>(
    store: &S,
    after: Option<&ReplayKey>,
    at_most: usize,
) -> Vec<DeadRecord> {
    answer(store.dead(after, at_most).await)
}

/// The entry of a key in the list of dead records.
pub(super) async fn listed<S: ReplayStore>(store: &S, key: &ReplayKey) -> Option<DeadRecord> {
    // It is the first one, but its place is another promise.
    let page = dead(store, Some(&just_below(key)), 3).await;
    page.into_iter().find(|dead| dead.key == *key)
}

/// The key before this one, in the order of keys.
pub(super) fn just_below(key: &ReplayKey) -> ReplayKey {
    let mut bytes = *key.as_bytes();
    for byte in bytes.iter_mut().rev() {
        let (less, borrows) = byte.overflowing_sub(1);
        *byte = less;
        if !borrows {
            break;
        }
    }
    ReplayKey::from_bytes(bytes)
}

pub(super) async fn sweep<S: ReplayStore>(store: &S, at_most: usize) -> Swept {
    answer(store.sweep(at_most).await)
}

pub(super) async fn renew<S: ReplayStore>(store: &S, lease: &Lease, by: Duration) -> LeaseState {
    answer(store.renew(lease, by).await)
}

pub(super) async fn forget<S: ReplayStore>(store: &S, key: &ReplayKey) -> bool {
    answer(store.forget(key).await)
}

#[track_caller]
pub(super) fn answer<T>(answer: Result<T, StoreError>) -> T {
    match answer {
        Ok(answer) => answer,
        Err(error) => {
            panic!("broken promise: a reachable store answers; the store answered {error:?}")
        }
    }
}

/// A request of a new owner that is kept for long.
pub(super) fn request(lease: Duration) -> ClaimRequest {
    kept_for(LONG, lease)
}

/// A request of a new owner.
pub(super) fn kept_for(retain: Duration, lease: Duration) -> ClaimRequest {
    ClaimRequest::new(new_owner(), lease, retain)
}

/// A request of a new owner for a key of a group.
pub(super) fn bounded(bound: LabelBound) -> ClaimRequest {
    let mut request = request(LONG);
    request.bound = Some(bound);
    request
}

/// A bound with a new group.
pub(super) fn new_bound(at_most: u16) -> LabelBound {
    LabelBound::new(new_key(), NonZeroU16::new(at_most).expect("it is not zero"))
}

pub(super) fn new_owner() -> Owner {
    Owner::from_bits(u128::from(random()) << 64 | u128::from(random()))
}

/// A key that no other test uses, in this run or another.
pub(super) fn new_key() -> ReplayKey {
    let mut bytes = [0; 32];
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&random().to_le_bytes());
    }
    ReplayKey::from_bytes(bytes)
}

fn random() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    RandomState::new().hash_one(COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Polls all futures side by side, in this order. Returns what they return, in the same order.
/// The suite depends on no runtime, and this is all it needs of one.
pub(crate) async fn join<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
    let mut outputs: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    poll_fn(|cx| {
        let mut is_pending = false;
        for (future, output) in running.iter_mut().zip(&mut outputs) {
            if output.is_none() {
                match future.as_mut().poll(cx) {
                    Poll::Ready(ready) => *output = Some(ready),
                    Poll::Pending => is_pending = true,
                }
            }
        }
        if is_pending {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
    outputs.into_iter().flatten().collect()
}
