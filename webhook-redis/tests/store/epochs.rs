//! Epochs, where the arithmetic of Redis's scripts ends and where clocks go back.

use webhook_core::replay::{Claim, Commit, Lease, Owner};
use webhook_core::{ReplayKey, ReplayStore as _, StoreErrorKind};
use webhook_test_services::Redis;

use crate::common::{Place, acquire, key, kind, request, run};

/// Makes the epoch of a released record this one.
async fn set_epoch(place: &Place, key: &ReplayKey, epoch: &str) {
    let store = place.store();
    let lease = acquire(&store, key).await;
    store.release(&lease).await.unwrap();
    let redis = &mut place.redis().await;
    let _: i64 = run(redis, &["HSET", &place.record(key), "e", epoch]).await;
}

#[tokio::test]
async fn an_epoch_that_no_double_holds_is_compared_and_increased_exactly() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let store = place.store();
    for (n, last, next) in [
        (1, "9007199254740993", 9_007_199_254_740_994),
        (2, "9007199254740999", 9_007_199_254_741_000),
        (3, "1999999999999999999", 2_000_000_000_000_000_000),
        (4, "9223372036854775806", 9_223_372_036_854_775_807),
    ] {
        let key = key(n);
        set_epoch(&place, &key, last).await;
        let lease = acquire(&store, &key).await;
        assert_eq!(lease.epoch().get(), next, "after {last}");
        // Its neighbours are the same number to a double.
        for other in [next - 1, next - 2] {
            let epoch = other.try_into().unwrap();
            let lost = Lease::new(key, lease.owner(), epoch, lease.attempt());
            assert_eq!(store.commit(&lost, None).await.unwrap(), Commit::LeaseLost);
        }
        assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
    }
    place.clean().await;
}

#[tokio::test]
async fn an_epoch_that_cannot_be_followed_is_refused_and_nothing_changes() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let store = place.store();
    for (n, last) in [
        (1, "9223372036854775807"),
        (2, "18446744073709551616"),
        (3, "1e300"),
        (4, "-1"),
        (5, ""),
    ] {
        let key = key(n);
        set_epoch(&place, &key, last).await;
        let answer = store.claim(&key, &request()).await;
        assert_eq!(kind(answer), StoreErrorKind::Corrupt, "after {last}");
        let redis = &mut place.redis().await;
        let kept: Vec<String> = run(redis, &["HMGET", &place.record(&key), "s", "e"]).await;
        assert_eq!(kept, ["2", last]);
    }
    place.clean().await;
}

#[tokio::test]
async fn epochs_go_on_when_the_clock_of_the_server_goes_back() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let store = place.store();
    let mut redis = place.redis().await;
    let (first, other) = (key(1), neighbour(key(1)));
    let ahead = acquire(&store, &first).await.epoch().get() + 3_600_000_000;
    // As if the clock had been an hour ahead when the bucket was last used.
    let _: String = run(
        &mut redis,
        &["SET", &place.mark(&first), &ahead.to_string()],
    )
    .await;
    for above in 1..=3 {
        assert!(store.forget(&first).await.unwrap());
        let lease = acquire(&store, &first).await;
        assert_eq!(lease.epoch().get(), ahead + above);
    }
    // A key that was never there may have been there, and expired.
    assert_eq!(acquire(&store, &other).await.epoch().get(), ahead + 4);
    place.clean().await;
}

#[tokio::test]
async fn a_key_that_is_forgotten_again_and_again_gets_higher_epochs() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let (store, key) = (place.store(), key(1));
    let mut last = 0;
    for _ in 0..200 {
        let epoch = acquire(&store, &key).await.epoch().get();
        assert!(epoch > last, "{epoch} after {last}");
        last = epoch;
        assert!(store.forget(&key).await.unwrap());
    }
    place.clean().await;
}

#[tokio::test]
async fn an_owner_and_a_fingerprint_of_all_bits_are_kept() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let (store, key) = (place.store(), key(1));
    let mut request = request();
    request.owner = Owner::from_bits(u128::MAX);
    request.fingerprint = u64::MAX;
    let Claim::Acquired(lease) = store.claim(&key, &request).await.unwrap() else {
        panic!("a new key is acquired");
    };
    assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
    for (fingerprint, is_same) in [(u64::MAX, true), (u64::MAX - 1, false)] {
        request.fingerprint = fingerprint;
        let answer = store.claim(&key, &request).await.unwrap();
        let same = matches!(answer, Claim::Done { same_payload, .. } if same_payload == is_same);
        assert!(same, "{answer:?}");
    }
    place.clean().await;
}

/// Another key of the same bucket.
fn neighbour(key: ReplayKey) -> ReplayKey {
    let mut bytes = *key.as_bytes();
    bytes[31] ^= 1;
    ReplayKey::from_bytes(bytes)
}
