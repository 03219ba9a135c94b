//! A server without memory.

use webhook_core::replay::{Claim, Commit, LeaseState};
use webhook_core::{ReplayStore as _, StoreErrorKind};
use webhook_test_services::Redis;

use crate::common::{MINUTE, Place, acquire, handle, key, kind, request, run};

#[tokio::test]
async fn a_full_server_takes_no_new_claim_and_lets_those_that_run_end() {
    let Some(redis) = Redis::start(&[]) else {
        return;
    };
    let place = Place::new([redis.url()]);
    let (store, mut redis) = (place.store(), place.redis().await);
    handle(&store, &key(0)).await;
    let mut leases = Vec::new();
    for n in 1..=6 {
        leases.push(acquire(&store, &key(n)).await);
    }
    let [commits, answers, releases, buries, renews, waits] = &leases[..] else {
        unreachable!()
    };
    let _: String = run(&mut redis, &["CONFIG", "SET", "maxmemory", "1"]).await;

    let answer = store.claim(&key(7), &request()).await;
    assert_eq!(kind(answer), StoreErrorKind::Full);
    let copy = store.claim(&key(0), &request()).await.unwrap();
    assert!(matches!(copy, Claim::Done { .. }), "{copy:?}");
    let copy = store.claim(waits.key(), &request()).await.unwrap();
    assert!(matches!(copy, Claim::InFlight { .. }), "{copy:?}");

    assert_eq!(
        store.commit(commits, None).await.unwrap(),
        Commit::Committed
    );
    assert_eq!(
        store.commit(answers, Some(b"yes")).await.unwrap(),
        Commit::Committed
    );
    assert_eq!(store.release(releases).await.unwrap(), LeaseState::Held);
    assert_eq!(
        store.bury(buries, "a note").await.unwrap(),
        LeaseState::Held
    );
    assert_eq!(store.renew(renews, MINUTE).await.unwrap(), LeaseState::Held);
    // The record counts more than its answer.
    let copy = store.claim(answers.key(), &request()).await.unwrap();
    assert!(matches!(copy, Claim::Done { answer: None, .. }), "{copy:?}");
    assert_eq!(store.dead(None, 10).await.unwrap().len(), 1);
    assert!(store.revive(buries.key()).await.unwrap());
    assert!(store.forget(renews.key()).await.unwrap());

    let _: String = run(&mut redis, &["CONFIG", "SET", "maxmemory", "0"]).await;
    assert_eq!(acquire(&store, &key(7)).await.attempt(), 1);
}
