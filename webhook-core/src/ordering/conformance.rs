//! Tests any [`OrderingStore`] against its contract. Not a stable part of the public API.
//!
//! Each function tests one promise with two handles of one store, such as two connections. It makes
//! new objects, so functions can run at the same time. It panics if the promise is broken.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::ordering::{EntityKey, Order, OrderingStore, Version};

const LONG: Duration = Duration::from_secs(600);
const HALF: Duration = Duration::from_secs(300);
const TWO_THIRDS: Duration = Duration::from_secs(400);

/// Tests every promise. `sleep` waits until the time has passed on the store's clock.
///
/// # Panics
///
/// If the store breaks a promise.
pub async fn all_with<S: OrderingStore>(a: &S, b: &S, sleep: impl AsyncFn(Duration)) {
    a_newer_version_is_fresh_and_an_older_one_stale(a, b).await;
    an_equal_version_is_the_same(a, b).await;
    objects_do_not_touch_each_other(a, b).await;
    every_version_is_kept_exactly(a, b).await;
    the_end_of_the_retention_makes_the_next_version_fresh(a, b, &sleep).await;
    only_a_newer_version_prolongs_the_retention(a, b, &sleep).await;
    what_is_forgotten_is_fresh(a, b).await;
}

/// # Panics
///
/// If the store breaks the promise.
pub async fn a_newer_version_is_fresh_and_an_older_one_stale<S: OrderingStore>(a: &S, b: &S) {
    let entity = new_entity();
    for (version, expected) in [
        (5, Order::Fresh),
        (7, Order::Fresh),
        (6, stale(7)),
        (5, stale(7)),
        (8, Order::Fresh),
        (7, stale(8)),
    ] {
        for (handle, expected) in [(a, expected), (b, after(expected))] {
            let order = handle
                .advance(&entity, Version::number(version), LONG)
                .await;
            assert_eq!(order.expect("an answer"), expected, "version {version}");
        }
    }
}

/// # Panics
///
/// If the store breaks the promise.
pub async fn an_equal_version_is_the_same<S: OrderingStore>(a: &S, b: &S) {
    let entity = new_entity();
    assert_eq!(advance(a, &entity, 5).await, Order::Fresh);
    for handle in [b, a, b] {
        assert_eq!(advance(handle, &entity, 5).await, Order::Same);
    }
}

/// # Panics
///
/// If the store breaks the promise.
pub async fn objects_do_not_touch_each_other<S: OrderingStore>(a: &S, b: &S) {
    let (one, other) = (new_entity(), new_entity());
    assert_eq!(advance(a, &one, 9).await, Order::Fresh);
    assert_eq!(advance(b, &other, 1).await, Order::Fresh);
    assert_eq!(advance(b, &one, 1).await, stale(9));
}

/// # Panics
///
/// If the store breaks the promise.
pub async fn every_version_is_kept_exactly<S: OrderingStore>(a: &S, b: &S) {
    let entity = new_entity();
    let most = Version::number(u64::MAX);
    let versions = [
        Version::number(0),
        Version::number(1),
        most,
        Version::TERMINAL,
    ];
    for version in versions {
        let order = a.advance(&entity, version, LONG).await.expect("an answer");
        assert_eq!(order, Order::Fresh, "{version:?}");
        let order = b.advance(&entity, version, LONG).await.expect("an answer");
        assert_eq!(order, Order::Same, "{version:?}");
    }
    let order = b.advance(&entity, most, LONG).await.expect("an answer");
    let latest = Version::TERMINAL;
    assert_eq!(order, Order::Stale { latest });
}

/// # Panics
///
/// If the store breaks the promise.
pub async fn the_end_of_the_retention_makes_the_next_version_fresh<S: OrderingStore>(
    a: &S,
    b: &S,
    sleep: impl AsyncFn(Duration),
) {
    let entity = new_entity();
    assert_eq!(advance(a, &entity, 9).await, Order::Fresh);
    sleep(HALF).await;
    assert_eq!(advance(b, &entity, 1).await, stale(9));
    sleep(LONG).await;
    assert_eq!(advance(b, &entity, 1).await, Order::Fresh);
    assert_eq!(advance(a, &entity, 1).await, Order::Same);
}

/// # Panics
///
/// If the store breaks the promise.
pub async fn only_a_newer_version_prolongs_the_retention<S: OrderingStore>(
    a: &S,
    b: &S,
    sleep: impl AsyncFn(Duration),
) {
    let entity = new_entity();
    assert_eq!(advance(a, &entity, 5).await, Order::Fresh);
    sleep(TWO_THIRDS).await;
    assert_eq!(advance(b, &entity, 6).await, Order::Fresh);
    sleep(TWO_THIRDS).await;
    assert_eq!(advance(a, &entity, 6).await, Order::Same, "it was raised");
    assert_eq!(advance(a, &entity, 5).await, stale(6));
    sleep(TWO_THIRDS).await;
    assert_eq!(
        advance(b, &entity, 5).await,
        Order::Fresh,
        "it was only asked"
    );
}

/// # Panics
///
/// If the store breaks the promise.
pub async fn what_is_forgotten_is_fresh<S: OrderingStore>(a: &S, b: &S) {
    let entity = new_entity();
    assert!(!a.forget(&entity).await.expect("an answer"));
    assert_eq!(advance(a, &entity, 9).await, Order::Fresh);
    assert!(b.forget(&entity).await.expect("an answer"));
    assert_eq!(advance(a, &entity, 1).await, Order::Fresh);
}

/// Checks what tasks that raced for one object got: call it with their versions and answers.
/// `Fresh` answers are those of the versions that raised the record, each higher than the ones
/// before, so no version is fresh twice, and the highest one is.
///
/// # Panics
///
/// If the answers cannot be those of any sequence.
pub fn assert_a_race_had_one_order(answers: &[(u64, Order)]) {
    let highest = answers.iter().map(|(version, _)| *version).max();
    let mut fresh: Vec<u64> = Vec::new();
    for (version, order) in answers {
        match order {
            Order::Fresh => fresh.push(*version),
            Order::Stale { latest } => {
                assert!(*latest > Version::number(*version), "{version}: {order:?}");
            }
            Order::Same => {}
        }
    }
    fresh.sort_unstable();
    let count = fresh.len();
    fresh.dedup();
    assert_eq!(fresh.len(), count, "a version is fresh once");
    assert_eq!(
        fresh.last().copied(),
        highest,
        "the highest version is fresh"
    );
}

/// An object that no other test has.
#[must_use]
pub fn new_entity() -> EntityKey {
    let mut bytes = [0; 32];
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&RandomState::new().hash_one(0_u8).to_le_bytes());
    }
    EntityKey::from_bytes(bytes)
}

async fn advance<S: OrderingStore>(store: &S, entity: &EntityKey, version: u64) -> Order {
    let order = store.advance(entity, Version::number(version), LONG).await;
    order.expect("an answer")
}

fn stale(latest: u64) -> Order {
    let latest = Version::number(latest);
    Order::Stale { latest }
}

/// What the second handle gets for the same version.
fn after(first: Order) -> Order {
    match first {
        Order::Fresh => Order::Same,
        other => other,
    }
}
