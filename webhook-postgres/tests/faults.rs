//! Servers that end connections, hang, restart, lock rows, or are standbys.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::{Duration, Instant};

use common::{Schema, acquire, new_key, request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use webhook_core::replay::{Claim, Commit, FindingKind, LeaseState, ReplayStore};
use webhook_core::{StoreError, StoreErrorKind};
use webhook_postgres::PostgresStore;
use webhook_test_services::Postgres;

/// Ends the connections of the store, as an administrator does.
const TERMINATE: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                         where application_name = '{schema}'";

#[tokio::test(flavor = "multi_thread")]
async fn every_verb_survives_the_end_of_all_connections() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    for (name, builder) in schema.kinds() {
        let store = builder.timeout(Duration::from_secs(20)).build().unwrap();
        let lose = async || {
            // Several connections, so that a second try meets one that is lost too.
            let keys = [new_key(), new_key(), new_key(), new_key(), new_key()];
            let [a, b, c, d, e] = &keys;
            let (request, store) = (request(), &store);
            let claims = (
                store.claim(a, &request),
                store.claim(b, &request),
                store.claim(c, &request),
                store.claim(d, &request),
                store.claim(e, &request),
            );
            let (a, ..) = tokio::join!(claims.0, claims.1, claims.2, claims.3, claims.4);
            a.unwrap();
            assert!(schema.number(TERMINATE).await >= 1, "{name}");
        };
        lose().await;
        let lease = acquire(&store, &new_key()).await;
        lose().await;
        let answer = store.renew(&lease, common::LONG).await.unwrap();
        assert_eq!(answer, LeaseState::Held, "{name}");
        lose().await;
        let answer = store.release(&lease).await.unwrap();
        assert_eq!(answer, LeaseState::Held, "{name}");
        let lease = acquire(&store, lease.key()).await;
        lose().await;
        let answer = store.bury(&lease, "note").await.unwrap();
        assert_eq!(answer, LeaseState::Held, "{name}");
        lose().await;
        assert_eq!(store.dead(None, 10).await.unwrap().len(), 1, "{name}");
        assert!(store.revive(lease.key()).await.unwrap(), "{name}");
        let lease = acquire(&store, lease.key()).await;
        lose().await;
        let answer = store.commit(&lease, None).await.unwrap();
        assert_eq!(answer, Commit::Committed, "{name}");
        lose().await;
        let _ = store.sweep(10).await.unwrap();
        lose().await;
        assert!(store.check().await.is_ok(), "{name}");
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_works_again_after_a_restart_of_its_server() {
    let Some(mut server) = Postgres::start(&[]) else {
        return;
    };
    let schema = Schema::at(server.url()).await.unwrap();
    let store = schema
        .builder()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    let lease = acquire(&store, &new_key()).await;
    server.restart();
    let answer = store.commit(&lease, None).await.unwrap();
    assert_eq!(answer, Commit::Committed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_a_timeout_and_the_pool_recovers() {
    let Some(server) = Postgres::start(&[]) else {
        return;
    };
    let schema = Schema::at(server.url()).await.unwrap();
    for (name, builder) in schema.kinds() {
        let builder = builder.connections(2).timeout(Duration::from_secs(1));
        let store = builder.build().unwrap();
        store.claim(&new_key(), &request()).await.unwrap();
        server.pause();
        let begun = Instant::now();
        let keys = [new_key(), new_key(), new_key()];
        let [a, b, c] = &keys;
        let request = request();
        let (a, b, c) = tokio::join!(
            store.claim(a, &request),
            store.claim(b, &request),
            store.claim(c, &request)
        );
        let took = begun.elapsed();
        server.resume();
        for answer in [&a, &b, &c] {
            assert!(answer.is_err(), "{name}: {answer:?}");
        }
        let is_timeout = |answer: &&Result<Claim, StoreError>| {
            answer
                .as_ref()
                .is_err_and(|error| error.kind() == StoreErrorKind::Timeout)
        };
        // The others may have waited for a connection.
        assert!(
            [&a, &b, &c].iter().any(is_timeout),
            "{name}: {a:?} {b:?} {c:?}"
        );
        assert!(took < Duration::from_secs(4), "{name}: {took:?}");
        let patient = Instant::now();
        while store.claim(&new_key(), &request).await.is_err() {
            assert!(patient.elapsed() < Duration::from_secs(20), "{name}");
        }
    }
}

/// A network between store and server. What has passed through it is lost from the next
/// [`cut`](Self::cut) on, without a word; new connections work.
struct Network {
    port: u16,
    cuts: watch::Sender<u32>,
}

impl Network {
    async fn new(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (cuts, cut) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let mut cut = cut.clone();
                cut.mark_unchanged();
                tokio::spawn(async move {
                    let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    tokio::select! {
                        () = pass(from_client, to_server, cut.clone()) => {}
                        () = pass(from_server, to_client, cut) => {}
                    }
                });
            }
        });
        Self { port, cuts }
    }

    fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

/// Passes bytes on until the connection ends. What is read after a cut goes nowhere, however late
/// this task runs.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, cut: watch::Receiver<u32>) {
    let mut bytes = vec![0; 4096];
    loop {
        let read = from.read(&mut bytes).await.unwrap_or_default();
        if !matches!(cut.has_changed(), Ok(false)) {
            std::future::pending::<()>().await;
        }
        if read == 0 || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_whose_other_end_is_silent_is_not_used_again() {
    let Some(server) = Postgres::start(&["fsync=off"]) else {
        return;
    };
    let network = Network::new(server.port()).await;
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", network.port);
    let schema = Schema::at(server.url()).await.unwrap();
    for grouped in [false, true] {
        let builder = PostgresStore::builder(&url).unwrap().schema(&schema.name);
        let builder = builder
            .connections(1)
            .timeout(Duration::from_secs(5))
            .without_purge();
        let builder = if grouped { builder.grouped() } else { builder };
        let store = builder.build().unwrap();
        let lease = acquire(&store, &new_key()).await;
        network.cut();
        let error = store.commit(&lease, None).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Timeout, "{error:?}");
        // The first one has not reached the server.
        let answer = store.commit(&lease, None).await.unwrap();
        assert_eq!(answer, Commit::Committed, "grouped: {grouped}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_another_transaction_has_locked_is_a_timeout() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    for (name, builder) in schema.kinds() {
        let store = builder.timeout(Duration::from_secs(2)).build().unwrap();
        let lease = acquire(&store, &new_key()).await;
        let mut other = schema.pool.begin().await.unwrap();
        let lock = format!("select from {}.webhook_key for update", schema.name);
        let lock = sqlx::raw_sql(sqlx::AssertSqlSafe(lock));
        lock.execute(&mut *other).await.unwrap();
        let begun = Instant::now();
        let error = store.commit(&lease, None).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Timeout, "{name}: {error:?}");
        assert!(begun.elapsed() < Duration::from_secs(3), "{name}");
        // A duplicate only reads.
        let answer = store.claim(lease.key(), &request()).await.unwrap();
        assert!(
            matches!(answer, Claim::InFlight { .. }),
            "{name}: {answer:?}"
        );
        other.rollback().await.unwrap();
        let answer = store.commit(&lease, None).await.unwrap();
        assert_eq!(answer, Commit::Committed, "{name}");
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_undoes_because_of_others_is_tried_again() {
    let Some(server) = Postgres::start(&["fsync=off"]) else {
        return;
    };
    let schema = Schema::at(server.url()).await.unwrap();
    schema
        .run("alter role postgres set default_transaction_isolation = 'serializable'")
        .await;
    for (name, builder) in schema.kinds() {
        let store = builder.timeout(Duration::from_secs(20)).build().unwrap();
        for _ in 0..20 {
            let (key, mut claims) = (new_key(), tokio::task::JoinSet::new());
            for _ in 0..8 {
                let store = store.clone();
                claims.spawn(async move { store.claim(&key, &request()).await });
            }
            let answers = claims.join_all().await;
            let acquired = answers
                .iter()
                .filter(|a| matches!(a, Ok(Claim::Acquired(_))));
            assert_eq!(acquired.count(), 1, "{name}: {answers:?}");
            assert!(answers.iter().all(Result::is_ok), "{name}: {answers:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_refused_by_every_verb_and_found_by_the_check() {
    let Some(mut server) = Postgres::start(&[]) else {
        return;
    };
    let schema = Schema::at(server.url()).await.unwrap();
    let store = schema.store();
    let lease = acquire(&store, &new_key()).await;
    let done = acquire(&store, &new_key()).await;
    store.commit(&done, None).await.unwrap();
    server.restart_as_standby();
    for (name, builder) in schema.kinds() {
        let store = builder.timeout(Duration::from_secs(20)).build().unwrap();
        let errors = [
            store.claim(&new_key(), &request()).await.unwrap_err(),
            // It would know the answer.
            store.claim(done.key(), &request()).await.unwrap_err(),
            store.commit(&lease, None).await.unwrap_err(),
            store.release(&lease).await.unwrap_err(),
            store.renew(&lease, common::LONG).await.unwrap_err(),
            store.bury(&lease, "").await.unwrap_err(),
            store.revive(lease.key()).await.unwrap_err(),
            store.dead(None, 10).await.unwrap_err(),
            store.forget(lease.key()).await.unwrap_err(),
            store.sweep(10).await.unwrap_err(),
        ];
        for (n, error) in errors.iter().enumerate() {
            assert_eq!(
                error.kind(),
                StoreErrorKind::Misconfigured,
                "{name} {n}: {error:?}"
            );
        }
        let findings = store.check().await.unwrap();
        let kinds: Vec<_> = findings.iter().map(|finding| finding.what).collect();
        assert_eq!(kinds, [FindingKind::Replica], "{name}: {findings:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_tables_are_a_wrong_configuration_that_the_error_names() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    schema.run("drop table {schema}.webhook_key").await;
    let error = schema
        .store()
        .claim(&new_key(), &request())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("webhook_key"), "{source}");
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_an_error_in_time() {
    // Port 1 of this machine: nothing listens there.
    let builder = PostgresStore::builder("postgres://nobody@127.0.0.1:1/none").unwrap();
    let builder = builder.timeout(Duration::from_millis(500)).without_purge();
    for builder in [
        builder.build(),
        PostgresStore::builder("postgres://nobody@127.0.0.1:1/none")
            .unwrap()
            .timeout(Duration::from_millis(500))
            .grouped()
            .build(),
    ] {
        let store = builder.unwrap();
        let begun = Instant::now();
        let error = store.claim(&new_key(), &request()).await.unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(3), "{error:?}");
        assert_ne!(error.kind(), StoreErrorKind::Misconfigured, "{error:?}");
    }
}
