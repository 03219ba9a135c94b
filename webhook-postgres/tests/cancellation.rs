//! Futures that are dropped at any await leave no connection in a transaction, and no operation
//! half done.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use common::{Schema, acquire, new_key, request};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use webhook_core::replay::{Claim, Commit, Lease, ReplayKey, ReplayStore, TransactionSlot};
use webhook_postgres::{PgTransaction, PostgresStoreBuilder, PostgresTransactions, transactional};

const ROUNDS: usize = 1000;

/// Polls a future at most `times`, and drops it. Returns whether it was dropped before its end.
async fn is_dropped(future: impl Future, times: usize) -> bool {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(move |cx| {
        if polls == times {
            return Poll::Ready(true);
        }
        polls += 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(false),
            Poll::Pending if polls == times => Poll::Ready(true),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Drops every verb at every await, on one connection, and lets the next user of it write.
async fn leaves_no_trace(builder: PostgresStoreBuilder, schema: &Schema, rounds: usize) {
    let store = builder
        .connections(1)
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    let mut dropped = 0;
    for round in 0..rounds {
        // Most verbs wait once or twice.
        let (verb, polls) = (round % 7, [1, 2, 1, 3, 1, 4][round / 7 % 6]);
        let key = new_key();
        let lease = acquire(&store, &key).await;
        dropped += usize::from(match verb {
            0 => is_dropped(store.claim(&key, &request()), polls).await,
            1 => is_dropped(store.claim(&new_key(), &request()), polls).await,
            2 => is_dropped(store.commit(&lease, Some(b"answer")), polls).await,
            3 => is_dropped(store.release(&lease), polls).await,
            4 => is_dropped(store.renew(&lease, common::LONG), polls).await,
            5 => is_dropped(store.bury(&lease, "note"), polls).await,
            _ => is_dropped(store.sweep(10), polls).await,
        });
        // The next user of the connection is told that it has committed, and it has.
        let other = new_key();
        let lease = acquire(&store, &other).await;
        assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
        let key = hex(other.as_bytes());
        let rows = format!(
            "select count(*) from {{schema}}.webhook_key where key = '\\x{key}' and state = 1"
        );
        assert_eq!(schema.number(&rows).await, 1, "round {round}");
    }
    assert!(dropped > rounds / 4, "only {dropped} futures were dropped");
    let open = "select count(*) from pg_stat_activity \
                where application_name = '{schema}' and state like 'idle in transaction%'";
    assert_eq!(schema.number(open).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_verb_leaves_the_connection_usable() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    for ((name, builder), rounds) in schema.kinds().into_iter().zip([ROUNDS, 250, 250, 250]) {
        eprintln!("{name}");
        leaves_no_trace(builder, &schema, rounds).await;
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_commit_took_place_or_not_and_the_next_one_says_which() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let store = schema.builder().connections(2).build().unwrap();
    let (mut committed, mut again) = (0, 0);
    for round in 0..200 {
        let lease = acquire(&store, &new_key()).await;
        let is_dropped = is_dropped(store.commit(&lease, None), round % 5).await;
        match store.commit(&lease, None).await.unwrap() {
            Commit::Committed if is_dropped => committed += 1,
            Commit::AlreadyCommitted => again += 1,
            other => panic!("round {round}: {other:?}"),
        }
        let answer = store.claim(lease.key(), &request()).await.unwrap();
        assert!(matches!(answer, Claim::Done { .. }));
    }
    assert!(committed > 0 && again > 0, "{committed}, {again}");
    schema.drop().await;
}

/// Claims with a new owner, and writes the effect. `None`: it is done.
async fn begin(store: &PostgresTransactions, schema: &Schema, key: &ReplayKey) -> Option<Lease> {
    let lease = loop {
        match store.claim(key, &request()).await.unwrap() {
            Claim::Acquired(lease) => break lease,
            Claim::Done { .. } => return None,
            // What was dropped is rolled back in the background.
            Claim::InFlight { .. } => tokio::task::yield_now().await,
            other => panic!("{other:?}"),
        }
    };
    let slot = lease.transaction().unwrap();
    let mut transaction: PgTransaction = slot.take().unwrap();
    let insert = format!("insert into {}.effect values ($1)", schema.name);
    let insert = sqlx::query(sqlx::AssertSqlSafe(insert)).bind(&key.as_bytes()[..]);
    insert.execute(&mut *transaction).await.unwrap();
    let again = Lease::new(*key, lease.owner(), lease.epoch(), lease.attempt());
    Some(again.with_transaction(TransactionSlot::claimed(transaction, slot.request()?)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_verb_of_a_transaction_leaves_record_and_effect_together_or_neither() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    schema
        .run("create table {schema}.effect (key bytea not null)")
        .await;
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.connect(&schema.store_url()).await.unwrap();
    let store = schema.builder().timeout(Duration::from_secs(20)).build();
    let store = store.unwrap().transactional(pool);
    let (mut committed, mut rolled_back) = (0, 0);
    for round in 0..ROUNDS {
        let (key, polls) = (new_key(), round / 3 % 6);
        match round % 3 {
            0 => drop(is_dropped(store.claim(&key, &request()), polls).await),
            1 => {
                let lease = begin(&store, &schema, &key).await.unwrap();
                is_dropped(store.commit(&lease, None), polls).await;
            }
            _ => {
                let lease = begin(&store, &schema, &key).await.unwrap();
                is_dropped(store.release(&lease), polls).await;
            }
        }
        // The next one has the only connection.
        match begin(&store, &schema, &key).await {
            Some(lease) => {
                rolled_back += 1;
                assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
            }
            None => committed += 1,
        }
        let key = hex(key.as_bytes());
        let effects = format!("select count(*) from {{schema}}.effect where key = '\\x{key}'");
        assert_eq!(schema.number(&effects).await, 1, "round {round}");
    }
    assert!(
        committed > 0 && rolled_back > 0,
        "{committed}, {rolled_back}"
    );
    schema.drop().await;
}

/// Writes a row for each round, through a pool whose `BEGIN` was dropped before. Returns how many
/// rows are missing, although the server said that they were written.
async fn lost_rows<F: Future>(schema: &Schema, begin: impl Fn(PgPool) -> F) -> i64 {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false);
    let pool = pool.connect(&schema.url).await.unwrap();
    schema
        .run("create table if not exists {schema}.row (n bigint); truncate {schema}.row")
        .await;
    let insert = format!("insert into {}.row values ($1)", schema.name);
    let mut lost = 0;
    for round in 0..ROUNDS {
        is_dropped(begin(pool.clone()), 1 + round % 4).await;
        let insert = sqlx::query(sqlx::AssertSqlSafe(insert.clone()));
        insert.bind(round as i64).execute(&pool).await.unwrap();
        let row = format!("select count(*) from {{schema}}.row where n = {round}");
        if schema.number(&row).await == 0 {
            lost += 1;
            sqlx::raw_sql("rollback").execute(&pool).await.unwrap();
        }
    }
    lost
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_begin_does_not_swallow_the_writes_of_the_next_user() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let lost = lost_rows(&schema, async |pool| {
        drop(transactional::begin(&pool).await);
    })
    .await;
    assert_eq!(lost, 0);
    // Why there is a `begin` of ours. If this fails, sqlx has mended it.
    let lost = lost_rows(&schema, async |pool| {
        drop(pool.begin().await);
    })
    .await;
    assert!(lost > 0, "the begin of sqlx loses no writes any more");
    schema.drop().await;
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
