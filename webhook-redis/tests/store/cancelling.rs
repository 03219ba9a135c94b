//! Operations that are dropped halfway.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use webhook_core::replay::{Claim, ClaimRequest, Commit, LeaseState};
use webhook_core::{ReplayKey, ReplayStore as _};
use webhook_redis::RedisStore;
use webhook_test_services::Redis;

use crate::common::{Place, acquire, key, request};

const ROUNDS: u64 = 1000;

/// Polls a future at most so many times, lets the connection work in between, and drops it.
async fn poll_and_drop<F: Future>(future: F, times: u64) -> Option<F::Output> {
    let mut future = pin!(future);
    for _ in 0..times {
        let polled = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
        tokio::task::yield_now().await;
    }
    None
}

/// A done record whose copies are answered with the number of its key.
async fn remember(store: &RedisStore, n: u64) {
    let lease = acquire(store, &key(n)).await;
    let answer = n.to_string();
    let commit = store.commit(&lease, Some(answer.as_bytes())).await.unwrap();
    assert_eq!(commit, Commit::Committed);
}

/// The answer belongs to the question: no answer of a dropped operation came in its place.
async fn is_in_step(store: &RedisStore, n: u64) {
    let answer = store.claim(&key(n), &request()).await.unwrap();
    let Claim::Done {
        answer: Some(answer),
        ..
    } = &answer
    else {
        panic!("key {n} got {answer:?}");
    };
    assert_eq!(answer, n.to_string().as_bytes());
}

async fn settle(store: &RedisStore, key: &ReplayKey, request: &ClaimRequest) {
    // The claim took place or not. Its owner asks again, and has the same claim.
    let Claim::Acquired(lease) = store.claim(key, request).await.unwrap() else {
        panic!("the owner of a claim has it");
    };
    assert_eq!(lease.attempt(), 1);
    assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
}

#[tokio::test]
async fn an_operation_that_is_dropped_shifts_no_answers_and_leaves_nothing_half_done() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let store = place.store();
    for n in 0..7 {
        remember(&store, n).await;
    }
    let mut ended = 0;
    for round in 0..ROUNDS {
        let (key, request) = (key(1000 + round), request());
        let times = round % 11;
        match round % 4 {
            0 => {
                let done = poll_and_drop(store.claim(&key, &request), times).await;
                ended += u64::from(done.is_some());
                is_in_step(&store, round % 7).await;
                settle(&store, &key, &request).await;
            }
            1 => {
                let lease = acquire(&store, &key).await;
                poll_and_drop(store.commit(&lease, Some(b"dropped")), times).await;
                is_in_step(&store, round % 7).await;
                let again = store.commit(&lease, None).await.unwrap();
                assert_ne!(again, Commit::LeaseLost);
            }
            2 => {
                let lease = acquire(&store, &key).await;
                poll_and_drop(store.release(&lease), times).await;
                is_in_step(&store, round % 7).await;
                store.release(&lease).await.unwrap();
                assert_eq!(acquire(&store, &key).await.attempt(), 2);
            }
            _ => {
                poll_and_drop(store.dead(None, 10), times).await;
                is_in_step(&store, round % 7).await;
                let lease = acquire(&store, &key).await;
                assert_eq!(store.release(&lease).await.unwrap(), LeaseState::Held);
            }
        }
    }
    assert!(
        ended < ROUNDS / 4,
        "some claims were dropped before they ended"
    );
    place.clean().await;
}

#[tokio::test]
async fn a_first_operation_that_is_dropped_leaves_the_connection_to_the_next() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    for times in 0..30 {
        let (store, key) = (place.store(), key(times));
        poll_and_drop(store.claim(&key, &request()), times).await;
        assert_eq!(acquire_any(&store, &key).await, 1);
    }
    place.clean().await;
}

/// Forgets what a dropped claim may have left, and claims.
async fn acquire_any(store: &RedisStore, key: &ReplayKey) -> u32 {
    store.forget(key).await.unwrap();
    acquire(store, key).await.attempt()
}
