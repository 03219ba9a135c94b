//! What `check` finds.

use webhook_core::ReplayStore as _;
use webhook_core::replay::FindingKind as Kind;
use webhook_test_services::Redis;

use crate::common::{Place, run};

const SOUND: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "everysec"];

/// The kinds of what is found, and all texts.
async fn found(redis: &Redis) -> (Vec<Kind>, String) {
    let place = Place::new([redis.url()]);
    let findings = place.store().check().await.unwrap();
    let texts: Vec<&str> = findings.iter().map(|finding| &*finding.text).collect();
    let kinds = findings.iter().map(|finding| finding.what).collect();
    // It does not change the store.
    assert_eq!(place.count().await, 0);
    (kinds, texts.join("\n"))
}

#[tokio::test]
async fn a_sound_server_has_no_findings_and_each_fault_is_one() {
    let Some(redis) = Redis::start(&SOUND) else {
        return;
    };
    let place = Place::new([redis.url()]);
    let mut admin = place.redis().await;
    assert_eq!(found(&redis).await.0, []);
    for (name, fault, sound, kind) in [
        (
            "maxmemory-policy",
            "allkeys-lru",
            "noeviction",
            Kind::Eviction,
        ),
        (
            "maxmemory-policy",
            "volatile-ttl",
            "noeviction",
            Kind::Eviction,
        ),
        ("appendonly", "no", "yes", Kind::Durability),
        ("appendfsync", "no", "always", Kind::Durability),
    ] {
        let _: String = run(&mut admin, &["CONFIG", "SET", name, fault]).await;
        let (kinds, text) = found(&redis).await;
        assert_eq!(kinds, [kind], "{name} {fault}");
        assert!(text.contains(name) && text.contains(sound) || name != "maxmemory-policy");
        let _: String = run(&mut admin, &["CONFIG", "SET", name, sound]).await;
    }
    assert_eq!(found(&redis).await.0, []);
}

#[tokio::test]
async fn a_replica_is_found() {
    let Some(redis) = Redis::start(&SOUND) else {
        return;
    };
    let mut admin = Place::new([redis.url()]).redis().await;
    let _: String = run(&mut admin, &["REPLICAOF", "127.0.0.1", "1"]).await;
    assert_eq!(found(&redis).await.0, [Kind::Replica]);
}

#[tokio::test]
async fn what_a_server_does_not_tell_is_a_finding() {
    let Some(redis) = Redis::start(&SOUND) else {
        return;
    };
    let mut admin = Place::new([redis.url()]).redis().await;
    let set = ["ACL", "SETUSER", "hosted", "on", "nopass", "~*", "+@all"];
    let _: String = run(&mut admin, &[&set[..], &["-config"]].concat()).await;
    let url = redis.url().replace("redis://", "redis://hosted:x@");
    let place = Place::new([&*url]);
    let findings = place.store().check().await.unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].what, Kind::Other);
    assert!(
        findings[0].text.contains("`appendfsync`"),
        "{}",
        findings[0]
    );
}

#[tokio::test]
async fn a_server_that_is_part_of_a_cluster_is_found() {
    let options = [&SOUND[..], &["--cluster-enabled", "yes"]].concat();
    let Some(redis) = Redis::start(&options) else {
        return;
    };
    let (kinds, text) = found(&redis).await;
    assert_eq!(kinds, [Kind::Other]);
    assert!(text.contains("RedisStore::cluster"), "{text}");
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_an_error() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    redis.kill();
    let place = Place::new([redis.url()]);
    let error = place.store().check().await.unwrap_err();
    assert_eq!(error.kind(), webhook_core::StoreErrorKind::Unavailable);
}
