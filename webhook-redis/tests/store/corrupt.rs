//! What cannot be read is never an absent record.

use webhook_core::replay::{Claim, LabelBound};
use webhook_core::{ReplayKey, ReplayStore as _, StoreErrorKind};
use webhook_test_services::Redis;

use crate::common::{Place, acquire, key, kind, request, run};

#[tokio::test]
async fn a_record_that_cannot_be_read_is_corrupt_and_stays_as_it_is_until_it_is_forgotten() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let (store, mut redis) = (place.store(), place.redis().await);
    for (n, change) in (0..).zip([
        ["HDEL", "s"].as_slice(),
        &["HSET", "s", "9"],
        &["HSET", "s", ""],
        &["HDEL", "e"],
        &["HSET", "e", "soon"],
        &["HDEL", "l"],
        &["HSET", "l", "0x10"],
        &["HSET", "n", "-"],
        &["HDEL", "f"],
        &["HDEL", "o"],
    ]) {
        let key = key(n);
        drop(acquire(&store, &key).await);
        let name = place.record(&key);
        let [verb, rest @ ..] = change else {
            unreachable!()
        };
        let words = [&[*verb, &name], rest].concat();
        let _: i64 = run(&mut redis, &words).await;
        let before: Vec<u8> = run(&mut redis, &["DUMP", &name]).await;

        let answer = store.claim(&key, &request()).await;
        assert_eq!(kind(answer), StoreErrorKind::Corrupt, "{change:?}");
        let after: Vec<u8> = run(&mut redis, &["DUMP", &name]).await;
        assert_eq!(before, after, "{change:?}");
        forgotten(&place, &key).await;
    }
    place.clean().await;
}

#[tokio::test]
async fn a_record_without_a_retention_is_never_settled() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let (store, key) = (place.store(), key(1));
    let lease = acquire(&store, &key).await;
    let redis = &mut place.redis().await;
    let _: i64 = run(redis, &["HDEL", &place.record(&key), "r"]).await;
    let corrupt = StoreErrorKind::Corrupt;
    assert_eq!(kind(store.commit(&lease, None).await), corrupt);
    assert_eq!(kind(store.release(&lease).await), corrupt);
    assert_eq!(kind(store.bury(&lease, "").await), corrupt);
    assert_eq!(
        kind(store.renew(&lease, crate::common::MINUTE).await),
        corrupt
    );
    let answer = store.claim(&key, &request()).await.unwrap();
    assert!(matches!(answer, Claim::InFlight { .. }), "{answer:?}");
    place.clean().await;
}

#[tokio::test]
async fn names_that_another_application_uses_are_corrupt() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let (store, mut redis) = (place.store(), place.redis().await);
    let (record, mark, group) = (key(1), key(2), key(3));
    let _: String = run(&mut redis, &["SET", &place.record(&record), "text"]).await;
    let answer = store.claim(&record, &request()).await;
    assert_eq!(kind(answer), StoreErrorKind::Corrupt);
    forgotten(&place, &record).await;

    for text in ["text", "1e15", ""] {
        let _: String = run(&mut redis, &["SET", &place.mark(&mark), text]).await;
        let answer = store.claim(&mark, &request()).await;
        assert_eq!(kind(answer), StoreErrorKind::Corrupt, "{text}");
    }

    let count = format!("{}:count", place.record(&group));
    let _: String = run(&mut redis, &["SET", &count, "text"]).await;
    let mut bounded = request();
    bounded.bound = Some(LabelBound::new(group, 3.try_into().unwrap()));
    let answer = store.claim(&key(4), &bounded).await;
    assert_eq!(kind(answer), StoreErrorKind::Corrupt);
    place.clean().await;
}

async fn forgotten(place: &Place, key: &ReplayKey) {
    let store = place.store();
    assert!(store.forget(key).await.unwrap());
    let lease = acquire(&store, key).await;
    assert_eq!(lease.attempt(), 1);
}
