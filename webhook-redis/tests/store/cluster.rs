//! A store in a cluster.

use std::time::{Duration, Instant};

use webhook_core::ReplayStore as _;
use webhook_core::replay::{Claim, FindingKind, LabelBound, conformance};
use webhook_redis::{RedisStore, RedisStoreBuilder, redis};
use webhook_test_services::RedisCluster;

use crate::common::{Place, acquire, connect, handle, is_done, key, request, run};
use crate::conformance::ABOUT_TIME;

/// A store that knows one of the servers.
fn builder(cluster: &RedisCluster, place: &Place, first: usize) -> RedisStoreBuilder {
    let urls = cluster.urls().into_iter().skip(first).take(1);
    RedisStore::cluster(urls).prefix(&place.prefix)
}

#[tokio::test]
async fn the_store_keeps_its_promises_in_a_cluster() {
    let Some(cluster) = RedisCluster::start(&[]) else {
        return;
    };
    let place = Place::new(cluster.urls());
    let (a, b) = (builder(&cluster, &place, 0), builder(&cluster, &place, 1));
    let (a, b) = (a.build().unwrap(), b.build().unwrap());
    let pass = async |time: Duration| place.pass(time).await;
    for name in conformance::PROMISES
        .iter()
        .filter(|name| **name != ABOUT_TIME)
    {
        conformance::promise(name, &a, &b, pass).await;
    }
    conformance::promise(ABOUT_TIME, &a, &b, tokio::time::sleep).await;
    let pass = async |time: Duration| place.pass_almost(time).await;
    conformance::model(&a, &b, pass, 64, 4).await;
}

#[tokio::test]
async fn records_are_spread_over_the_servers_and_listed_in_one_order() {
    let Some(cluster) = RedisCluster::start(&[]) else {
        return;
    };
    let place = Place::new(cluster.urls());
    let store = builder(&cluster, &place, 2).build().unwrap();
    let mut keys = Vec::new();
    for n in 0..48 {
        let lease = acquire(&store, &key(n)).await;
        store.bury(&lease, "a note").await.unwrap();
        keys.push(key(n));
    }
    keys.sort_unstable();
    let listed = store.dead(None, 100).await.unwrap();
    let listed: Vec<_> = listed.into_iter().map(|dead| dead.key).collect();
    assert_eq!(listed, keys);
    for server in cluster.servers() {
        let count: usize = run(&mut connect(server.url()).await, &["DBSIZE"]).await;
        assert!(count > 10, "a server has {count} keys");
    }
}

/// The program died between the count of a key and its record.
#[tokio::test]
async fn a_key_that_was_counted_and_never_ran_runs_when_it_comes_again() {
    let Some(cluster) = RedisCluster::start(&[]) else {
        return;
    };
    let place = Place::new(cluster.urls());
    let store = builder(&cluster, &place, 0).build().unwrap();
    let bounded = || {
        let mut request = request();
        request.bound = Some(LabelBound::new(key(0), 1.try_into().unwrap()));
        request
    };
    // What the first step of the claim of key 1 leaves.
    let count = format!("{}:count", place.record(&key(0)));
    let urls = cluster.urls();
    let client = redis::cluster::ClusterClient::new(urls).unwrap();
    let mut connection = client.get_async_connection().await.unwrap();
    let mut set = redis::cmd("HSET");
    set.arg(count).arg(&key(1).as_bytes()[..16]).arg("");
    set.exec_async(&mut connection).await.unwrap();

    let answer = store.claim(&key(2), &bounded()).await.unwrap();
    assert!(matches!(answer, Claim::OverBound), "{answer:?}");
    let answer = store.claim(&key(1), &bounded()).await.unwrap();
    assert!(matches!(answer, Claim::Acquired(_)), "{answer:?}");
}

#[tokio::test]
async fn each_server_of_a_cluster_is_checked() {
    let sound = ["--appendonly", "yes", "--appendfsync", "everysec"];
    let Some(cluster) = RedisCluster::start(&sound) else {
        return;
    };
    let place = Place::new(cluster.urls());
    let store = builder(&cluster, &place, 0).build().unwrap();
    assert_eq!(store.check().await.unwrap(), []);
    let second = &cluster.servers()[1];
    let mut admin = connect(second.url()).await;
    let set = ["CONFIG", "SET", "maxmemory-policy", "allkeys-lfu"];
    let _: String = run(&mut admin, &set).await;
    let findings = store.check().await.unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].what, FindingKind::Eviction);
    let port = second.port().to_string();
    assert!(findings[0].text.contains(&port), "{}", findings[0]);
}

#[tokio::test]
async fn a_cluster_with_a_server_that_was_killed_serves_again_when_it_is_back() {
    let options = ["--appendonly", "yes", "--appendfsync", "always"];
    let Some(mut cluster) = RedisCluster::start(&options) else {
        return;
    };
    let place = Place::new(cluster.urls());
    let store = builder(&cluster, &place, 0).build().unwrap();
    for n in 0..30 {
        handle(&store, &key(n)).await;
    }
    cluster.restart(1);
    let begin = Instant::now();
    for n in 0..30 {
        while !matches!(
            store.claim(&key(n), &request()).await,
            Ok(Claim::Done { .. })
        ) {
            assert!(begin.elapsed() < Duration::from_secs(15), "key {n}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    println!("it serves again after {:?}", begin.elapsed());
    assert!(is_done(&store, &key(0)).await);
}
