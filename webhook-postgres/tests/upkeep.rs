//! Expired rows go, by index and in bounded batches, and the check finds what is wrong.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::num::NonZeroU16;
use std::time::{Duration, Instant};

use common::{CONNECTIONS, LONG, Schema, acquire, new_key, new_owner};
use sqlx::Row;
use webhook_core::replay::{Claim, ClaimRequest, FindingKind, LabelBound, ReplayStore};
use webhook_postgres::{PostgresStore, SetupError};
use webhook_test_services::Postgres;

const KEYS: &str = "select count(*) from {schema}.webhook_key";
const GROUPS: &str = "select count(*) from {schema}.webhook_group";

/// Inserts done records that have expired, or that will in more than an hour.
async fn fill(schema: &Schema, count: u32, has_expired: bool) {
    let expires = match has_expired {
        true => "- n * interval '1 ms'",
        false => "+ interval '1 hour' + n * interval '1 ms'",
    };
    schema
        .run(&format!(
            "insert into {{schema}}.webhook_key (epoch, expires_at, purge_at, changed_at, retain,
                 attempts, fingerprint, state, key, owner)
             select n, t, t, t, '7 days', 1, 0, 1, decode(md5(random()::text || n), 'hex'), '\\x00'
             from generate_series(1, {count}) n, lateral (select now() {expires} as t) t"
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_removes_what_has_expired_and_nothing_else() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    for (name, builder) in schema.kinds() {
        let store = builder.build().unwrap();
        schema.run("truncate {schema}.webhook_key").await;
        fill(&schema, 5000, true).await;
        fill(&schema, 5000, false).await;
        let swept = store.sweep(10).await.unwrap();
        assert_eq!((swept.removed, swept.more), (10, true), "{name}");
        let swept = store.sweep(4000).await.unwrap();
        assert_eq!((swept.removed, swept.more), (4000, true), "{name}");
        let swept = store.sweep(usize::MAX).await.unwrap();
        assert_eq!((swept.removed, swept.more), (990, false), "{name}");
        let swept = store.sweep(0).await.unwrap();
        assert_eq!(swept.removed, 0, "{name}");
        assert_eq!(schema.number(KEYS).await, 5000, "{name}");
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_removes_the_counts_of_groups() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let store = schema.store();
    for retain in [LONG, LONG * 10] {
        let mut request = ClaimRequest::new(new_owner(), LONG, retain);
        request.bound = Some(LabelBound::new(new_key(), NonZeroU16::MIN));
        let answer = store.claim(&new_key(), &request).await.unwrap();
        assert!(matches!(answer, Claim::Acquired(_)));
    }
    schema.sleep(LONG * 2).await;
    let swept = store.sweep(10).await.unwrap();
    assert_eq!((swept.removed, swept.more), (2, false));
    assert_eq!(schema.number(GROUPS).await, 1);
    schema.drop().await;
}

/// The plan is the one that is made for a table without statistics.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_reads_the_index_and_no_row_that_has_not_expired() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    fill(&schema, 20_000, false).await;
    let store = schema.store();
    fill(&schema, 100, true).await;
    let read = "select coalesce(sum(idx_tup_read), 0)::bigint from pg_stat_user_indexes
                where schemaname = '{schema}' and indexrelname = 'webhook_key_purge'";
    let scans = "select coalesce(sum(seq_tup_read), 0)::bigint from pg_stat_user_tables
                 where schemaname = '{schema}' and relname = 'webhook_key'";
    let (scanned, had_read) = (schema.number(scans).await, schema.number(read).await);
    let swept = store.sweep(usize::MAX).await.unwrap();
    assert_eq!(swept.removed, 100);
    drop(store);
    // The server counts a session when it ends.
    let begun = Instant::now();
    while schema.number(read).await == had_read {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "nothing is counted"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(schema.number(read).await - had_read <= 110);
    assert_eq!(schema.number(scans).await, scanned);
    schema.drop().await;
}

/// Most commits of a delivery leave all its index entries alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_soon_after_its_claim_changes_no_index() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let store = schema.store();
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    for _ in 0..100 {
        let request = ClaimRequest::new(new_owner(), LONG, week);
        let answer = store.claim(&new_key(), &request).await.unwrap();
        let Claim::Acquired(lease) = answer else {
            panic!("{answer:?}");
        };
        store.commit(&lease, None).await.unwrap();
    }
    drop(store);
    let begun = Instant::now();
    let counts = "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables
                  where schemaname = '{schema}' and relname = 'webhook_key'";
    let hot: i64 = loop {
        let row = &schema.run(counts).await[0];
        if row.get::<i64, _>(0) == 100 {
            break row.get(1);
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "nothing is counted"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(hot >= 90, "{hot} of 100 commits changed no index");
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_records_are_purged_until_the_last_clone_is_dropped() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let builder = PostgresStore::builder(&schema.url).unwrap();
    let builder = builder.schema(&schema.name);
    let store = builder
        .purge_every(Duration::from_millis(20))
        .build()
        .unwrap();
    let clone = store.clone();
    drop(store);
    fill(&schema, 4500, true).await;
    fill(&schema, 10, false).await;
    let begun = Instant::now();
    while schema.number(KEYS).await > 10 {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "nothing is purged"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(clone);
    // No connection is left that could purge.
    let begun = Instant::now();
    while schema.number(CONNECTIONS).await > 0 {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "the purge goes on"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    fill(&schema, 20, true).await;
    assert_eq!(schema.number(KEYS).await, 30);
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_server_has_no_findings() {
    let Some(server) = Postgres::start(&[]) else {
        return;
    };
    let schema = Schema::at(server.url()).await.unwrap();
    for (name, builder) in schema.kinds() {
        let findings = builder.build().unwrap().check().await.unwrap();
        assert!(findings.is_empty(), "{name}: {findings:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_finds_a_server_that_loses_records() {
    let settings = [
        "fsync=off",
        "full_page_writes=off",
        "synchronous_commit=off",
        "autovacuum=off",
    ];
    let Some(server) = Postgres::start(&settings) else {
        return;
    };
    let schema = Schema::at(server.url()).await.unwrap();
    schema
        .run("alter table {schema}.webhook_key set unlogged")
        .await;
    let findings = schema.store().check().await.unwrap();
    let kinds: Vec<_> = findings.iter().map(|finding| finding.what).collect();
    let lost = FindingKind::Durability;
    assert_eq!(
        kinds,
        [lost, lost, lost, lost, FindingKind::Other],
        "{findings:?}"
    );
    let texts: String = findings.iter().map(ToString::to_string).collect();
    for setting in [
        "fsync",
        "full_page_writes",
        "synchronous_commit",
        "unlogged",
        "autovacuum",
    ] {
        assert!(texts.contains(setting), "{texts}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_finds_a_table_without_autovacuum_and_tables_of_another_version() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let store = schema.store();
    let kinds = async || {
        let findings = store.check().await.unwrap();
        let kinds = findings.into_iter().map(|finding| finding.what);
        // The server of a developer may have findings of its own.
        kinds
            .filter(|kind| *kind != FindingKind::Durability)
            .collect::<Vec<_>>()
    };
    schema
        .run("alter table {schema}.webhook_key set (autovacuum_enabled = false)")
        .await;
    assert_eq!(kinds().await, [FindingKind::Other]);
    schema
        .run("alter table {schema}.webhook_key reset (autovacuum_enabled)")
        .await;
    schema
        .run("update {schema}.webhook_version set version = 2")
        .await;
    assert_eq!(kinds().await, [FindingKind::SchemaVersion]);
    schema.run("drop table {schema}.webhook_version").await;
    assert_eq!(kinds().await, [FindingKind::SchemaVersion]);
    schema.drop().await;
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let builder = || PostgresStore::builder("postgres://localhost/test").unwrap();
    let refused = [
        (builder().connections(0), SetupError::NoConnections),
        (
            builder().timeout(Duration::from_millis(99)),
            SetupError::InvalidTimeout,
        ),
        (
            builder().timeout(Duration::from_secs(61)),
            SetupError::InvalidTimeout,
        ),
        (builder().schema("a\"b"), SetupError::InvalidName),
        (
            builder().purge_every(Duration::ZERO),
            SetupError::InvalidPurgeInterval,
        ),
        (
            builder().purge_every(Duration::MAX),
            SetupError::InvalidPurgeInterval,
        ),
        (
            builder().table_prefix("Webhook").schema("ok"),
            SetupError::InvalidName,
        ),
    ];
    for (builder, expected) in refused {
        assert_eq!(builder.build().unwrap_err(), expected);
    }
    for url in ["", "localhost", "mysql://localhost/test"] {
        let refused = PostgresStore::builder(url).map(drop).unwrap_err();
        assert_eq!(refused, SetupError::InvalidUrl, "{url}");
    }
}

#[test]
fn a_store_outside_of_a_runtime_is_refused() {
    let builder = PostgresStore::builder("postgres://localhost/test").unwrap();
    assert_eq!(builder.build().unwrap_err(), SetupError::NoRuntime);
}

#[tokio::test]
async fn a_store_shows_no_password() {
    let url = "postgres://user:canary@localhost/test";
    let builder = PostgresStore::builder(url).unwrap();
    assert!(!format!("{builder:?}").contains("canary"));
    let store = builder.build().unwrap();
    assert!(!format!("{store:?}").contains("canary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn epochs_rise_although_the_clock_of_the_server_is_set_back() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    for (name, builder) in schema.kinds() {
        let store = builder.build().unwrap();
        let key = new_key();
        let lease = acquire(&store, &key).await;
        store.release(&lease).await.unwrap();
        // As if the clock had been an hour ahead.
        schema
            .run("update {schema}.webhook_key set epoch = epoch + 3600000000")
            .await;
        let ahead = lease.epoch().get() + 3_600_000_000;
        let next = acquire(&store, &key).await;
        assert_eq!(next.epoch().get(), ahead + 1, "{name}");
        assert!(store.forget(&key).await.unwrap());
        let next = acquire(&store, &key).await;
        assert_eq!(
            (next.epoch().get(), next.attempt()),
            (ahead + 2, 1),
            "{name}"
        );
        schema.sleep(LONG * 2).await;
        let next = acquire(&store, &key).await;
        assert_eq!(
            (next.epoch().get(), next.attempt()),
            (ahead + 3, 1),
            "{name}"
        );
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_record_keeps_neither_answer_nor_note() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let store = schema.store();
    let done = acquire(&store, &new_key()).await;
    store.commit(&done, Some(b"answer")).await.unwrap();
    let dead = acquire(&store, &new_key()).await;
    store.bury(&dead, "note").await.unwrap();
    for key in [done.key(), dead.key()] {
        assert!(store.forget(key).await.unwrap());
    }
    let kept =
        "select count(*) from {schema}.webhook_key where answer is not null or note is not null";
    assert_eq!(schema.number(kept).await, 0);
    schema.drop().await;
}
