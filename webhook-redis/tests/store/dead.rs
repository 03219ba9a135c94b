//! The lists of dead records, whose entries Redis does not let expire.

use std::time::Duration;

use webhook_core::replay::{ClaimRequest, LeaseState};
use webhook_core::{ReplayKey, ReplayStore as _};
use webhook_redis::RedisStore;
use webhook_test_services::Redis;

use crate::common::{DAY, MINUTE, Place, key, request, run};

/// Keys of one bucket, in their order.
fn neighbours(count: u16) -> Vec<ReplayKey> {
    let place = |n: u16| {
        let mut bytes = *key(1).as_bytes();
        bytes[1..3].copy_from_slice(&n.to_be_bytes());
        ReplayKey::from_bytes(bytes)
    };
    (0..count).map(place).collect()
}

async fn bury(store: &RedisStore, key: &ReplayKey, retain: Duration) {
    let request = ClaimRequest::new(request().owner, MINUTE.min(retain), retain);
    let answer = store.claim(key, &request).await.unwrap();
    let webhook_core::replay::Claim::Acquired(lease) = answer else {
        panic!("{key:?} got {answer:?}");
    };
    assert_eq!(
        store.bury(&lease, "a note").await.unwrap(),
        LeaseState::Held
    );
}

/// All dead records, in pages of this length.
async fn all(store: &RedisStore, at_most: usize) -> Vec<ReplayKey> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.dead(after.as_ref(), at_most).await.unwrap();
        assert!(page.len() <= at_most);
        let Some(last) = page.last() else { return all };
        after = Some(last.key);
        all.extend(page.iter().map(|dead| dead.key));
    }
}

/// How long the two lists of the bucket of [`neighbours`] are.
async fn lengths(place: &Place) -> [usize; 2] {
    let mut redis = place.redis().await;
    let dead = place.mark(&key(1)).replace("epoch", "dead");
    let ends = format!("{dead}-ends");
    [
        run(&mut redis, &["ZCARD", &dead]).await,
        run(&mut redis, &["ZCARD", &ends]).await,
    ]
}

#[tokio::test]
async fn a_list_goes_on_over_pages_buckets_and_records_that_have_expired() {
    let Some(redis) = Redis::find() else { return };
    for at_most in [1, 7, usize::MAX] {
        let place = Place::new([redis.url()]);
        let store = place.store();
        let mut expected = Vec::new();
        for (n, key) in neighbours(220).iter().enumerate() {
            let lives = n % 7 == 3 || n > 210;
            bury(&store, key, if lives { DAY } else { MINUTE }).await;
            expected.extend(lives.then_some(*key));
        }
        for n in 100..130 {
            bury(&store, &key(n), DAY).await;
            expected.push(key(n));
        }
        assert_eq!(all(&store, 1000).await.len(), 250);
        expected.sort_unstable();
        place.pass(2 * MINUTE).await;
        assert_eq!(
            all(&store, at_most).await,
            expected,
            "in pages of {at_most}"
        );
        place.clean().await;
    }
}

#[tokio::test]
async fn a_burial_removes_more_entries_than_it_adds() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let (store, keys) = (place.store(), neighbours(13));
    let (old, new) = keys.split_at(10);
    for key in old {
        bury(&store, key, MINUTE).await;
    }
    assert_eq!(lengths(&place).await, [10, 10]);
    place.pass(2 * MINUTE).await;
    for key in new {
        bury(&store, key, DAY).await;
    }
    assert_eq!(lengths(&place).await, [3, 3]);
    assert_eq!(all(&store, 10).await, new);
    place.clean().await;
}

#[tokio::test]
async fn a_sweep_removes_entries_that_have_expired_and_says_whether_there_are_more() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let (store, keys) = (place.store(), neighbours(12));
    let (old, new) = keys.split_at(10);
    for key in old {
        bury(&store, key, MINUTE).await;
    }
    for key in new {
        bury(&store, key, DAY).await;
    }
    let swept = store.sweep(100).await.unwrap();
    assert_eq!((swept.removed, swept.more), (0, false));
    place.pass(2 * MINUTE).await;
    let swept = store.sweep(0).await.unwrap();
    assert_eq!((swept.removed, swept.more), (0, true));
    assert_eq!(lengths(&place).await, [12, 12]);
    let mut before = 12;
    while store.sweep(4).await.unwrap().more {
        let [dead, ends] = lengths(&place).await;
        assert_eq!(dead, ends);
        assert!(before - dead <= 4, "a sweep removes no more than it may");
        before = dead;
    }
    assert_eq!(lengths(&place).await, [2, 2]);
    assert_eq!(all(&store, 10).await, new);
    place.clean().await;
}

#[tokio::test]
async fn a_revived_and_a_forgotten_record_leave_no_entry() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let (store, keys) = (place.store(), neighbours(2));
    for key in &keys {
        bury(&store, key, DAY).await;
    }
    assert!(store.revive(&keys[0]).await.unwrap());
    assert!(store.forget(&keys[1]).await.unwrap());
    assert_eq!(lengths(&place).await, [0, 0]);
    place.clean().await;
}
