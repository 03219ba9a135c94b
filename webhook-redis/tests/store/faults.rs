//! Servers and connections that fail, and come back.

use std::time::{Duration, Instant};

use webhook_core::replay::{Claim, Commit};
use webhook_core::{ReplayKey, ReplayStore as _, StoreErrorKind};
use webhook_redis::RedisStore;
use webhook_test_services::Redis;

use crate::common::{Place, acquire, handle, is_done, key, kind, request, run};

/// When a test gives up. A store serves again after milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Claims a key until that succeeds, and says how long it took.
async fn serves_again(store: &RedisStore, key: &ReplayKey) -> Duration {
    let begin = Instant::now();
    loop {
        match store.claim(key, &request()).await {
            Ok(Claim::Acquired(_)) => return begin.elapsed(),
            Ok(other) => panic!("a new key got {other:?}"),
            Err(error) => assert!(begin.elapsed() < PATIENCE, "{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_server_that_was_killed_serves_again_and_has_lost_nothing_that_was_answered() {
    let options = ["--appendonly", "yes", "--appendfsync", "always"];
    let Some(mut redis) = Redis::start(&options) else {
        return;
    };
    let place = Place::new([redis.url()]);
    let store = place.store();
    let mut last = 0;
    for n in 0..100 {
        last = last.max(handle(&store, &key(n)).await);
    }
    let open = acquire(&store, &key(100)).await;
    let dead = acquire(&store, &key(101)).await;
    store.bury(&dead, "a note").await.unwrap();

    redis.kill();
    // At once, which is another kind than a timeout.
    let answer = store.claim(&key(200), &request()).await;
    assert_eq!(kind(answer), StoreErrorKind::Unavailable);
    redis.restart();
    let took = serves_again(&store, &key(201)).await;
    println!("it serves again after {took:?}");

    for n in 0..100 {
        assert!(is_done(&store, &key(n)).await, "key {n}");
    }
    assert_eq!(store.commit(&open, None).await.unwrap(), Commit::Committed);
    let listed = store.dead(None, 10).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(acquire(&store, &key(202)).await.epoch().get() > last);
}

#[tokio::test]
async fn a_server_that_does_not_answer_costs_a_timeout_and_no_more() {
    let Some(redis) = Redis::start(&[]) else {
        return;
    };
    let place = Place::new([redis.url()]);
    let limit = Duration::from_millis(500);
    let store = place.builder().timeout(limit).build().unwrap();
    handle(&store, &key(0)).await;
    let (begun, request) = (key(1), request());
    redis.pause();
    for _ in 0..2 {
        let answer = store.claim(&begun, &request).await;
        assert_eq!(kind(answer), StoreErrorKind::Timeout);
    }
    redis.resume();
    serves_again(&store, &key(2)).await;
    assert!(is_done(&store, &key(0)).await);
    // The server has read it meanwhile, or not. Its owner asks again.
    let answer = store.claim(&begun, &request).await.unwrap();
    assert!(matches!(answer, Claim::Acquired(_)), "{answer:?}");
}

#[tokio::test]
async fn a_connection_that_was_closed_costs_no_error() {
    let Some(redis) = Redis::start(&[]) else {
        return;
    };
    let place = Place::new([redis.url()]);
    let (store, mut admin) = (place.store(), place.redis().await);
    for n in 0..20 {
        let lease = acquire(&store, &key(n)).await;
        let kill = ["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"];
        let killed: i64 = run(&mut admin, &kill).await;
        assert_eq!(killed, 1);
        assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
        let killed: i64 = run(&mut admin, &kill).await;
        assert_eq!(killed, 1);
        assert_eq!(store.dead(None, 10).await.unwrap(), []);
        let killed: i64 = run(&mut admin, &kill).await;
        assert_eq!(killed, 1);
        store.check().await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_has_forgotten_the_scripts_gets_them_again() {
    let Some(redis) = Redis::start(&[]) else {
        return;
    };
    let place = Place::new([redis.url()]);
    let (store, mut admin) = (place.store(), place.redis().await);
    for n in 0..20 {
        let _: String = run(&mut admin, &["SCRIPT", "FLUSH"]).await;
        let lease = acquire(&store, &key(n)).await;
        let _: String = run(&mut admin, &["SCRIPT", "FLUSH"]).await;
        assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
    }
}

#[tokio::test]
async fn a_wrong_password_is_an_error_until_it_is_right() {
    let Some(redis) = Redis::start(&[]) else {
        return;
    };
    let mut admin = Place::new([redis.url()]).redis().await;
    let url = redis.url().replace("redis://", "redis://:hunter2@");
    let _: String = run(&mut admin, &["CONFIG", "SET", "requirepass", "another"]).await;
    let place = Place::new([&*url]);
    let store = place.store();
    let error = store.claim(&key(0), &request()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
    assert!(!format!("{error:?}").contains("hunter2"));
    let _: String = run(&mut admin, &["CONFIG", "SET", "requirepass", "hunter2"]).await;
    serves_again(&store, &key(1)).await;
}

#[tokio::test]
async fn a_server_that_becomes_a_replica_refuses_and_a_primary_serves_again() {
    let Some(redis) = Redis::start(&[]) else {
        return;
    };
    let place = Place::new([redis.url()]);
    let (store, mut admin) = (place.store(), place.redis().await);
    let lease = acquire(&store, &key(0)).await;
    let _: String = run(&mut admin, &["REPLICAOF", "127.0.0.1", "1"]).await;
    assert_eq!(
        kind(store.claim(&key(1), &request()).await),
        StoreErrorKind::Unavailable
    );
    assert_eq!(
        kind(store.commit(&lease, None).await),
        StoreErrorKind::Unavailable
    );
    let _: String = run(&mut admin, &["REPLICAOF", "NO", "ONE"]).await;
    serves_again(&store, &key(2)).await;
    assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
}

#[tokio::test]
async fn a_server_that_starts_after_its_application_is_found() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    redis.kill();
    let store = Place::new([redis.url()]).store();
    assert_eq!(
        kind(store.claim(&key(0), &request()).await),
        StoreErrorKind::Unavailable
    );
    redis.restart();
    serves_again(&store, &key(1)).await;
}

#[test]
fn a_store_outlives_the_runtime_that_connected() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let store = place.store();
    for n in 0..3 {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(handle(&store, &key(n)));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(place.clean());
}
