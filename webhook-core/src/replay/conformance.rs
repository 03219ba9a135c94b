//! The suite that every [`ReplayStore`] has to pass. Not a stable part of the public API.
//!
//! ```
//! # fn block_on<F: Future>(f: F) -> F::Output {
//! #     let mut f = std::pin::pin!(f);
//! #     loop {
//! #         if let std::task::Poll::Ready(out) = f.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) { break out }
//! #     }
//! # }
//! use std::sync::Mutex;
//! use std::time::Duration;
//! use webhook_core::MemoryStore;
//! use webhook_core::replay::conformance;
//!
//! // A store on a clock of its own sleeps for real; this one has its clock moved.
//! static NOW: Mutex<Duration> = Mutex::new(Duration::ZERO);
//! let store = MemoryStore::builder().clock(|| *NOW.lock().unwrap()).build();
//! block_on(conformance::all(&store, async |wait| *NOW.lock().unwrap() += wait));
//! ```
//!
//! Each function is about one promise, makes its own keys, and panics where the promise is broken.

use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::num::{NonZeroU16, NonZeroU64};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use crate::replay::{
    Claim, ClaimRequest, Commit, LabelBound, Lease, LeaseState, Owner, ReplayKey, ReplayStore,
};

/// Long enough that no test machine lets it pass by accident.
const LONG: Duration = Duration::from_secs(600);
/// A lease that a test lets end. Whole seconds, for stores that count those.
const SHORT: Duration = Duration::from_secs(1);
/// More than `SHORT`, and than its rounding up.
const LONGER: Duration = Duration::from_millis(2200);

/// Runs the whole suite. `sleep` waits until the given time has passed on the store's clock.
///
/// # Panics
///
/// Where the store breaks a promise.
pub async fn all<S: ReplayStore>(store: &S, sleep: impl AsyncFn(Duration)) {
    the_first_claim_is_acquired_and_a_second_owner_waits(store).await;
    a_claim_repeated_by_its_owner_is_the_same_claim(store).await;
    a_commit_makes_every_later_claim_done(store).await;
    a_commit_repeated_is_told_so(store).await;
    a_release_lets_the_next_claim_run_at_once_with_a_higher_epoch(store).await;
    a_stale_lease_can_neither_commit_nor_release_nor_renew(store, &sleep).await;
    a_lease_that_ended_and_was_not_taken_over_still_commits(store, &sleep).await;
    a_renewed_lease_does_not_end(store, &sleep).await;
    an_invented_lease_changes_nothing(store).await;
    a_forgotten_delivery_runs_again(store).await;
    a_record_past_its_retention_counts_as_absent(store, &sleep).await;
    another_payload_under_the_same_key_is_done_and_told_apart(store).await;
    keys_do_not_touch_each_other(store).await;
    of_many_claims_at_once_exactly_one_is_acquired(store).await;
    attempts_are_counted_over_many_releases(store).await;
    a_group_has_as_many_keys_as_its_bound_and_no_more(store).await;
    a_known_key_is_not_counted_again_and_answers_over_the_bound_too(store).await;
    groups_do_not_touch_each_other(store).await;
    of_many_keys_of_a_group_at_once_as_many_are_acquired_as_its_bound(store).await;
    a_group_is_forgotten_when_the_retention_of_its_first_key_has_passed(store, &sleep).await;
}

/// Absent: acquired, as attempt one. Claimed by another: in flight, and not for longer than the lease.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn the_first_claim_is_acquired_and_a_second_owner_waits<S: ReplayStore>(store: &S) {
    let key = new_key();
    let lease = acquire(store, &key, &request(LONG)).await;
    assert_eq!((lease.attempt(), lease.key()), (1, &key));
    match claim(store, &key, &request(LONG)).await {
        Claim::InFlight { retry_after } => {
            assert!(
                retry_after <= LONG && !retry_after.is_zero(),
                "{retry_after:?}"
            );
        }
        other => panic!("a second owner got {other:?}"),
    }
}

/// The answer to a claim may be lost, so asking again is not a second claim.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn a_claim_repeated_by_its_owner_is_the_same_claim<S: ReplayStore>(store: &S) {
    let (key, request) = (new_key(), request(LONG));
    let first = acquire(store, &key, &request).await;
    let again = acquire(store, &key, &request).await;
    assert_eq!(
        (first.epoch(), first.attempt()),
        (again.epoch(), again.attempt())
    );
}

/// Done is done, for every owner.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn a_commit_makes_every_later_claim_done<S: ReplayStore>(store: &S) {
    let (key, request) = (new_key(), request(LONG));
    let lease = acquire(store, &key, &request).await;
    assert_eq!(commit(store, &lease).await, Commit::Committed);
    for request in [&request, &self::request(LONG)] {
        let again = claim(store, &key, request).await;
        assert!(
            matches!(again, Claim::Done { same_payload: true }),
            "{again:?}"
        );
    }
    assert_eq!(
        release(store, &lease).await,
        LeaseState::Lost,
        "a done delivery was released"
    );
    let again = claim(store, &key, &self::request(LONG)).await;
    assert!(matches!(again, Claim::Done { .. }), "{again:?}");
}

/// The answer to a commit may be lost too.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn a_commit_repeated_is_told_so<S: ReplayStore>(store: &S) {
    let lease = acquire(store, &new_key(), &request(LONG)).await;
    assert_eq!(commit(store, &lease).await, Commit::Committed);
    assert_eq!(commit(store, &lease).await, Commit::AlreadyCommitted);
}

/// A failed handler does not hold up the retry, and its epoch is never used again.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn a_release_lets_the_next_claim_run_at_once_with_a_higher_epoch<S: ReplayStore>(
    store: &S,
) {
    let key = new_key();
    let first = acquire(store, &key, &request(LONG)).await;
    assert_eq!(release(store, &first).await, LeaseState::Held);
    let second = acquire(store, &key, &request(LONG)).await;
    assert!(second.epoch() > first.epoch(), "an epoch came twice");
    assert_eq!(second.attempt(), 2);
    assert_eq!(
        commit(store, &first).await,
        Commit::LeaseLost,
        "a released lease committed"
    );
}

/// Of two runs, the one that was taken over has no say any more.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn a_stale_lease_can_neither_commit_nor_release_nor_renew<S: ReplayStore>(
    store: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let key = new_key();
    let stale = acquire(store, &key, &request(SHORT)).await;
    sleep(LONGER).await;
    let current = acquire(store, &key, &request(LONG)).await;
    assert!(
        current.epoch() > stale.epoch(),
        "a take-over did not raise the epoch"
    );
    assert_eq!(current.attempt(), 2);
    assert_eq!(commit(store, &stale).await, Commit::LeaseLost);
    assert_eq!(release(store, &stale).await, LeaseState::Lost);
    assert_eq!(renew(store, &stale, LONG).await, LeaseState::Lost);
    assert_eq!(commit(store, &current).await, Commit::Committed);
}

/// The effects have happened; forgetting them because of a slow clock would only repeat them.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn a_lease_that_ended_and_was_not_taken_over_still_commits<S: ReplayStore>(
    store: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let lease = acquire(store, &new_key(), &request(SHORT)).await;
    sleep(LONGER).await;
    assert_eq!(commit(store, &lease).await, Commit::Committed);
}

/// A heartbeat keeps others out.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn a_renewed_lease_does_not_end<S: ReplayStore>(
    store: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let key = new_key();
    let lease = acquire(store, &key, &request(SHORT)).await;
    assert_eq!(renew(store, &lease, LONG).await, LeaseState::Held);
    sleep(LONGER).await;
    let other = claim(store, &key, &request(LONG)).await;
    assert!(matches!(other, Claim::InFlight { .. }), "{other:?}");
    assert_eq!(commit(store, &lease).await, Commit::Committed);
}

/// Owner and epoch both count.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn an_invented_lease_changes_nothing<S: ReplayStore>(store: &S) {
    let key = new_key();
    let real = acquire(store, &key, &request(LONG)).await;
    let next = real.epoch().saturating_add(1);
    for fake in [
        Lease::new(key, new_owner(), real.epoch(), 1),
        Lease::new(key, real.owner(), next, 1),
        Lease::new(new_key(), real.owner(), NonZeroU64::MIN, 1),
    ] {
        assert_eq!(commit(store, &fake).await, Commit::LeaseLost);
        assert_eq!(release(store, &fake).await, LeaseState::Lost);
        assert_eq!(renew(store, &fake, LONG).await, LeaseState::Lost);
    }
    assert_eq!(commit(store, &real).await, Commit::Committed);
}

/// An operator's way to have a delivery run again.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn a_forgotten_delivery_runs_again<S: ReplayStore>(store: &S) {
    let key = new_key();
    let lease = acquire(store, &key, &request(LONG)).await;
    commit(store, &lease).await;
    let forget = async || store.forget(&key).await.expect("the store answers");
    assert!(forget().await);
    assert!(!forget().await);
    let again = acquire(store, &key, &request(LONG)).await;
    assert!(again.epoch() > lease.epoch(), "an epoch came twice");
}

/// Retention ends, and not before its time.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn a_record_past_its_retention_counts_as_absent<S: ReplayStore>(
    store: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let (brief, kept) = (new_key(), new_key());
    let lease = acquire(store, &brief, &ClaimRequest::new(new_owner(), SHORT, SHORT)).await;
    commit(store, &lease).await;
    let lease = acquire(store, &kept, &request(SHORT)).await;
    commit(store, &lease).await;
    sleep(LONGER).await;
    assert_eq!(acquire(store, &brief, &request(LONG)).await.attempt(), 1);
    let kept = claim(store, &kept, &request(LONG)).await;
    assert!(matches!(kept, Claim::Done { .. }), "{kept:?}");
}

/// The fingerprint warns and decides nothing.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn another_payload_under_the_same_key_is_done_and_told_apart<S: ReplayStore>(store: &S) {
    let (key, mut request) = (new_key(), request(LONG));
    request.fingerprint = 1;
    let lease = acquire(store, &key, &request).await;
    commit(store, &lease).await;
    request.fingerprint = 2;
    let other = claim(store, &key, &request).await;
    assert!(
        matches!(
            other,
            Claim::Done {
                same_payload: false
            }
        ),
        "{other:?}"
    );
}

/// A record is that of its whole key.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn keys_do_not_touch_each_other<S: ReplayStore>(store: &S) {
    let key = new_key();
    let mut near = *key.as_bytes();
    if let Some(first) = near.first_mut() {
        *first ^= 1;
    }
    let lease = acquire(store, &key, &request(LONG)).await;
    let other = acquire(store, &ReplayKey::from_bytes(near), &request(LONG)).await;
    assert_eq!(commit(store, &lease).await, Commit::Committed);
    assert_eq!(release(store, &other).await, LeaseState::Held);
}

/// The one promise money depends on.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn of_many_claims_at_once_exactly_one_is_acquired<S: ReplayStore>(store: &S) {
    for _ in 0..8 {
        let key = new_key();
        let requests: Vec<_> = (0..64).map(|_| request(LONG)).collect();
        let claims = requests.iter().map(|request| claim(store, &key, request));
        let answers = join(claims.collect()).await;
        let acquired = answers
            .iter()
            .filter(|claim| matches!(claim, Claim::Acquired(_)));
        assert_eq!(acquired.count(), 1, "{answers:?}");
        let waiting = answers
            .iter()
            .filter(|claim| matches!(claim, Claim::InFlight { .. }));
        assert_eq!(waiting.count(), 63, "{answers:?}");
    }
}

/// Whoever looks at a poisoned delivery sees how often it was tried.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn attempts_are_counted_over_many_releases<S: ReplayStore>(store: &S) {
    let key = new_key();
    for attempt in 1..=50 {
        let lease = acquire(store, &key, &request(LONG)).await;
        assert_eq!(lease.attempt(), attempt);
        assert_eq!(release(store, &lease).await, LeaseState::Held);
    }
}

/// Labels that nobody signs can be invented: the bound ends that.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn a_group_has_as_many_keys_as_its_bound_and_no_more<S: ReplayStore>(store: &S) {
    let bound = bound(3);
    for _ in 0..3 {
        let lease = acquire(store, &new_key(), &bounded(LONG, bound)).await;
        assert_eq!(commit(store, &lease).await, Commit::Committed);
    }
    for _ in 0..2 {
        let over = claim(store, &new_key(), &bounded(LONG, bound)).await;
        assert!(matches!(over, Claim::OverBound), "{over:?}");
    }
    // Nothing was recorded for it: without the bound the same key is new.
    let key = new_key();
    let over = claim(store, &key, &bounded(LONG, bound)).await;
    assert!(matches!(over, Claim::OverBound), "{over:?}");
    assert_eq!(acquire(store, &key, &request(LONG)).await.attempt(), 1);
}

/// A retry is no new label, however it is answered.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn a_known_key_is_not_counted_again_and_answers_over_the_bound_too<S: ReplayStore>(
    store: &S,
) {
    let bound = bound(2);
    let (done, failed) = (new_key(), new_key());
    let lease = acquire(store, &done, &bounded(LONG, bound)).await;
    let again = claim(store, &done, &bounded(LONG, bound)).await;
    assert!(matches!(again, Claim::InFlight { .. }), "{again:?}");
    assert_eq!(commit(store, &lease).await, Commit::Committed);
    for attempt in 1..5 {
        let lease = acquire(store, &failed, &bounded(LONG, bound)).await;
        assert_eq!(lease.attempt(), attempt);
        assert_eq!(release(store, &lease).await, LeaseState::Held);
    }
    let over = claim(store, &new_key(), &bounded(LONG, bound)).await;
    assert!(matches!(over, Claim::OverBound), "{over:?}");
    let again = claim(store, &done, &bounded(LONG, bound)).await;
    assert!(matches!(again, Claim::Done { .. }), "{again:?}");
    let lease = acquire(store, &failed, &bounded(LONG, bound)).await;
    assert_eq!(lease.attempt(), 5);
}

/// One content at its bound takes nothing from another.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn groups_do_not_touch_each_other<S: ReplayStore>(store: &S) {
    let (full, other) = (bound(1), bound(1));
    let _ = acquire(store, &new_key(), &bounded(LONG, full)).await;
    let over = claim(store, &new_key(), &bounded(LONG, full)).await;
    assert!(matches!(over, Claim::OverBound), "{over:?}");
    let _ = acquire(store, &new_key(), &bounded(LONG, other)).await;
    let _ = acquire(store, &new_key(), &request(LONG)).await;
}

/// A thief sends all at once.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn of_many_keys_of_a_group_at_once_as_many_are_acquired_as_its_bound<S: ReplayStore>(
    store: &S,
) {
    let bound = bound(5);
    let claims = (0..64).map(|_| async move {
        let claimed = claim(store, &new_key(), &bounded(LONG, bound)).await;
        match claimed {
            Claim::Acquired(_) => true,
            Claim::OverBound => false,
            other => panic!("a new key of a group got {other:?}"),
        }
    });
    let acquired = join(claims.collect()).await;
    let acquired = acquired.into_iter().filter(|acquired| *acquired).count();
    assert_eq!(acquired, 5);
}

/// The count ends with the retention of the first key, and no later one prolongs it: a group that
/// is used for ever must not stay full for ever.
///
/// # Panics
///
/// Where the store breaks this promise.
pub async fn a_group_is_forgotten_when_the_retention_of_its_first_key_has_passed<S: ReplayStore>(
    store: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let bound = bound(2);
    let mut short = bounded(SHORT, bound);
    short.retain = LONGER;
    short.protect = Duration::ZERO;
    let _ = acquire(store, &new_key(), &short).await;
    sleep(SHORT).await;
    let _ = acquire(store, &new_key(), &fresh(&short)).await;
    let over = claim(store, &new_key(), &fresh(&short)).await;
    assert!(matches!(over, Claim::OverBound), "{over:?}");
    sleep(LONGER).await;
    let _ = acquire(store, &new_key(), &fresh(&short)).await;
}

fn request(lease: Duration) -> ClaimRequest {
    ClaimRequest::new(new_owner(), lease, LONG)
}

/// A bound of a group of its own.
fn bound(at_most: u16) -> LabelBound {
    LabelBound::new(new_key(), NonZeroU16::new(at_most).expect("it is not zero"))
}

fn bounded(lease: Duration, bound: LabelBound) -> ClaimRequest {
    let mut request = request(lease);
    request.bound = Some(bound);
    request
}

/// The same request of another owner.
fn fresh(request: &ClaimRequest) -> ClaimRequest {
    let mut fresh = self::request(request.lease);
    (fresh.retain, fresh.protect, fresh.bound) = (request.retain, request.protect, request.bound);
    fresh
}

fn new_owner() -> Owner {
    Owner::from_bits(u128::from(random()) << 64 | u128::from(random()))
}

/// A key no other test has, in this run or another.
fn new_key() -> ReplayKey {
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

async fn claim<S: ReplayStore>(store: &S, key: &ReplayKey, request: &ClaimRequest) -> Claim {
    store.claim(key, request).await.expect("the store answers")
}

async fn acquire<S: ReplayStore>(store: &S, key: &ReplayKey, request: &ClaimRequest) -> Lease {
    match claim(store, key, request).await {
        Claim::Acquired(lease) => lease,
        other => panic!("not acquired: {other:?}"),
    }
}

async fn commit<S: ReplayStore>(store: &S, lease: &Lease) -> Commit {
    store.commit(lease).await.expect("the store answers")
}

async fn release<S: ReplayStore>(store: &S, lease: &Lease) -> LeaseState {
    store.release(lease).await.expect("the store answers")
}

async fn renew<S: ReplayStore>(store: &S, lease: &Lease, by: Duration) -> LeaseState {
    store.renew(lease, by).await.expect("the store answers")
}

/// Polls all futures side by side. The suite depends on no runtime, and this is all it needs of one.
async fn join<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
    let mut done = Vec::new();
    poll_fn(|cx| {
        running.retain_mut(|future| match future.as_mut().poll(cx) {
            Poll::Ready(output) => {
                done.push(output);
                false
            }
            Poll::Pending => true,
        });
        if running.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    done
}
