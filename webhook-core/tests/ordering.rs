//! The ordering guard over the memory store.

#![cfg(all(feature = "conformance", feature = "testing"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use webhook_core::ordering::{
    EntityKey, MemoryOrdering, Order, OrderingGuard, OrderingStore as _, Version, conformance,
};
use webhook_core::testing::{Plain, TestSender};
use webhook_core::{Delivery, Endpoint, Head, SecretSet};

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    match future.as_mut().poll(&mut cx) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the memory store answers at once"),
    }
}

/// A store and its clock in seconds.
fn store(capacity: usize) -> (MemoryOrdering, Arc<AtomicU64>) {
    let now = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&now);
    let clock = move || Duration::from_secs(clock.load(Relaxed));
    (MemoryOrdering::with_clock(capacity, clock), now)
}

fn delivery(endpoint: &Endpoint, secret: &str) -> Delivery {
    let sender = TestSender::<Plain>::stripe(secret);
    let request = sender.signed(sender.event("invoice.paid", ()));
    let head = Head {
        method: "POST",
        path_and_query: "/",
        headers: &request.headers,
    };
    endpoint.verify(&head, request.body.clone()).unwrap()
}

const SECRET: &str = "whsec_0123456789abcdef";

#[test]
fn the_memory_store_keeps_its_promises() {
    let (store, now) = store(1000);
    let sleep = async |time: Duration| {
        now.fetch_add(time.as_secs(), Relaxed);
    };
    block_on(conformance::all_with(&store, &store.clone(), sleep));
}

#[test]
fn threads_that_race_get_the_answers_of_one_order() {
    let (store, _) = store(1000);
    let entity = conformance::new_entity();
    let answers: Vec<(u64, Order)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let store = &store;
                scope.spawn(move || {
                    let versions = (0..500).map(|n| (n * 7919 + thread * 13) % 1000);
                    let advance = |version| {
                        let minute = Duration::from_secs(60);
                        let order = store.advance(&entity, Version::number(version), minute);
                        (version, block_on(order).unwrap())
                    };
                    versions.map(advance).collect::<Vec<_>>()
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(answers.len(), 2000);
    conformance::assert_a_race_had_one_order(&answers);
}

#[test]
fn at_capacity_expired_objects_make_room_first_and_then_the_oldest() {
    let (store, now) = store(100);
    let entities: Vec<EntityKey> = (0..100).map(|_| conformance::new_entity()).collect();
    let advance = |entity: &EntityKey, version: u64, secs: u64| {
        let retain = Duration::from_secs(secs);
        block_on(store.advance(entity, Version::number(version), retain)).unwrap()
    };
    for (secs, entity) in (1000..).zip(&entities) {
        let _ = advance(entity, 5, secs);
    }
    now.store(1000, Relaxed); // The first one has expired.
    let _ = advance(&conformance::new_entity(), 5, 5000);
    assert!(
        advance(&entities[1], 4, 1).is_stale(),
        "only what has expired made room"
    );
    let _ = advance(&conformance::new_entity(), 5, 5000);
    assert_eq!(
        advance(&entities[1], 4, 1),
        Order::Fresh,
        "the oldest made room"
    );
    assert!(
        advance(&entities[99], 4, 1).is_stale(),
        "the youngest stays"
    );
}

#[test]
fn a_stale_event_is_counted_as_ignored_and_nothing_else_is() {
    let endpoint = Endpoint::stripe(SECRET).build().unwrap();
    let event = delivery(&endpoint, SECRET);
    let guard = OrderingGuard::new(store(10).0);
    let check = |version: u64| block_on(guard.check(&event, "invoice/1", version)).unwrap();
    assert_eq!(check(2), Order::Fresh);
    assert_eq!(check(2), Order::Same);
    assert_eq!(endpoint.counts().ignored, 0);
    let latest = Version::number(2);
    assert_eq!(check(1), Order::Stale { latest });
    assert_eq!(endpoint.counts().ignored, 1);
}

#[test]
fn a_terminal_state_is_left_by_no_late_event() {
    let endpoint = Endpoint::stripe(SECRET).build().unwrap();
    let event = delivery(&endpoint, SECRET);
    let guard = OrderingGuard::new(store(10).0);
    let check = |version| block_on(guard.check(&event, "payment/1", version)).unwrap();
    assert_eq!(check(Version::number(2)), Order::Fresh);
    assert_eq!(check(Version::TERMINAL), Order::Fresh);
    assert!(check(Version::number(u64::MAX)).is_stale());
    assert_eq!(
        check(Version::TERMINAL),
        Order::Same,
        "the retry of the last event runs"
    );
}

#[test]
fn tenants_consumers_and_names_never_share_an_object() {
    let template = Endpoint::stripe(SecretSet::per_tenant()).build().unwrap();
    let acme = template.for_tenant("acme", SECRET).unwrap();
    let initech = template.for_tenant("initech", SECRET).unwrap();
    let billing = Endpoint::stripe(SECRET)
        .consumer("billing")
        .build()
        .unwrap();
    let alone = Endpoint::stripe(SECRET).build().unwrap();
    let mut keys: Vec<EntityKey> = [acme, initech, billing, alone]
        .iter()
        .map(|endpoint| delivery(endpoint, SECRET))
        .flat_map(|event| ["a/1", "a/2", ""].map(|name| EntityKey::of(&event, name)))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 12);
}

#[test]
fn what_is_forgotten_is_fresh_and_the_retention_is_that_of_the_guard() {
    let endpoint = Endpoint::stripe(SECRET).build().unwrap();
    let event = delivery(&endpoint, SECRET);
    let (store, now) = store(10);
    let guard = OrderingGuard::new(store).retention(Duration::from_secs(100));
    let check = |version: u64| block_on(guard.check(&event, "a", version)).unwrap();
    assert_eq!(check(9), Order::Fresh);
    now.store(99, Relaxed);
    assert!(check(1).is_stale());
    now.store(100, Relaxed);
    assert_eq!(check(1), Order::Fresh);
    assert!(block_on(guard.forget(&EntityKey::of(&event, "a"))).unwrap());
    assert_eq!(check(0), Order::Fresh);
}
