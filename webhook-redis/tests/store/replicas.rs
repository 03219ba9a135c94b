//! Claims and commits that wait for replicas.

use std::time::{Duration, Instant};

use webhook_core::replay::Commit;
use webhook_core::{ReplayStore as _, StoreErrorKind};
use webhook_redis::RedisStore;
use webhook_test_services::Redis;

use crate::common::{Place, acquire, is_done, key, kind, request, run};

/// A primary and its replica, which is in step.
async fn pair() -> Option<(Redis, Redis)> {
    let primary = Redis::start(&["--repl-diskless-sync-delay", "0"])?;
    let port = primary.port().to_string();
    let replica = Redis::start(&["--replicaof", "127.0.0.1", &port])?;
    let mut redis = Place::new([primary.url()]).redis().await;
    let begin = Instant::now();
    loop {
        let have: i64 = run(&mut redis, &["WAIT", "1", "100"]).await;
        let info: String = run(&mut redis, &["INFO", "replication"]).await;
        if have == 1 && info.contains("state=online") {
            return Some((primary, replica));
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "{info}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn waiting(place: &Place, wait: Duration) -> RedisStore {
    let builder = place.builder().timeout(wait * 2);
    builder.wait_for_replicas(1, wait).build().unwrap()
}

#[tokio::test]
async fn a_failover_to_a_replica_that_was_waited_for_loses_nothing() {
    let Some((mut primary, replica)) = pair().await else {
        return;
    };
    let place = Place::new([primary.url()]);
    let store = waiting(&place, Duration::from_secs(10));
    let mut leases = Vec::new();
    for n in 0..40 {
        leases.push(acquire(&store, &key(n)).await);
    }
    let (done, open) = leases.split_at(20);
    for lease in done {
        assert_eq!(store.commit(lease, None).await.unwrap(), Commit::Committed);
    }
    primary.kill();

    let mut place_of_replica = Place::new([replica.url()]);
    place_of_replica.prefix.clone_from(&place.prefix);
    let mut redis = place_of_replica.redis().await;
    let _: String = run(&mut redis, &["REPLICAOF", "NO", "ONE"]).await;
    let store = place_of_replica.store();
    for lease in done {
        assert!(is_done(&store, lease.key()).await);
    }
    for lease in open {
        assert_eq!(store.commit(lease, None).await.unwrap(), Commit::Committed);
    }
}

#[tokio::test]
async fn without_an_answer_of_the_replica_a_claim_is_given_back_and_a_commit_repeated() {
    let Some((primary, replica)) = pair().await else {
        return;
    };
    let place = Place::new([primary.url()]);
    let store = waiting(&place, Duration::from_secs(1));
    let lease = acquire(&store, &key(0)).await;

    replica.pause();
    let answer = store.claim(&key(1), &request()).await;
    assert_eq!(kind(answer), StoreErrorKind::Unavailable);
    assert_eq!(
        kind(store.commit(&lease, None).await),
        StoreErrorKind::Timeout
    );
    replica.resume();

    // Its lease does not hold up the retry.
    let begin = Instant::now();
    let again = loop {
        match store.claim(&key(1), &request()).await {
            Ok(webhook_core::replay::Claim::Acquired(lease)) => break lease,
            Ok(other) => panic!("a released claim got {other:?}"),
            Err(error) => assert!(begin.elapsed() < Duration::from_secs(30), "{error:?}"),
        }
    };
    assert!(again.attempt() >= 2);
    let commit = store.commit(&lease, None).await.unwrap();
    assert_eq!(commit, Commit::AlreadyCommitted);
}
