//! Claims, commits and duplicates a second, beside `SELECT 1` over the same pool.
//!
//! ```sh
//! cargo bench -p webhook-postgres
//! ```
//!
//! `DATABASE_URL` names the server. Otherwise a private one is started, on this machine: client
//! and server then share its processors. `BENCH_SECONDS` is the time for each line, 2 unless it is
//! set, and `BENCH_CLIENTS` their number, 64.

#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::{Schema, new_owner};
use sqlx::postgres::PgPoolOptions;
use webhook_core::replay::{Claim, ClaimRequest, Commit, Lease, ReplayKey, ReplayStore};
use webhook_postgres::{PostgresStore, transactional};

const CONNECTIONS: u32 = 16;
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let clients = setting("BENCH_CLIENTS", 64);
    println!("{clients} clients, {CONNECTIONS} connections; operations a second, median, 99 %");

    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .test_before_acquire(false)
        .connect(&schema.url)
        .await
        .unwrap();
    let selects = pool.clone();
    measure("SELECT 1", move |_| {
        let pool = selects.clone();
        async move { assert!(sqlx::query("select 1").execute(&pool).await.is_ok()) }
    })
    .await;

    for (name, builder) in schema.kinds() {
        let builder = builder.connections(CONNECTIONS);
        let store = builder.timeout(Duration::from_secs(20)).build().unwrap();
        schema.run("truncate {schema}.webhook_key").await;
        // Of this kind, from the first to the last.
        let first = COUNT.load(Ordering::Relaxed);
        let pairs = store.clone();
        measure(&format!("{name}: claim and commit"), move |n| {
            let store = pairs.clone();
            async move { pair(&store, &key(n)).await }
        })
        .await;
        let known = COUNT.load(Ordering::Relaxed) - first;
        let duplicates = store.clone();
        measure(&format!("{name}: duplicate"), move |n| {
            let store = duplicates.clone();
            async move {
                let answer = store.claim(&key(first + n % known), &request()).await;
                assert!(matches!(answer.unwrap(), Claim::Done { .. }));
            }
        })
        .await;
    }

    let (store, begin) = (schema.builder().direct().build().unwrap(), pool.clone());
    measure("prepared: begin, claim_in, commit_in, commit", move |n| {
        let (store, begin) = (store.clone(), begin.clone());
        async move { in_transaction(&store, &begin, &key(n)).await }
    })
    .await;

    let rows = "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables \
                where schemaname = '{schema}' and relname = 'webhook_key'";
    tokio::time::sleep(Duration::from_secs(1)).await;
    let row = &schema.run(rows).await[0];
    let [updates, hot] = [0, 1].map(|n| sqlx::Row::get::<i64, _>(row, n));
    println!("{updates} updates, {hot} of them without a change to an index");
    schema.drop().await;
}

static COUNT: AtomicU64 = AtomicU64::new(0);

/// Runs as many clients as there are for some time.
async fn measure<F, T>(name: &str, operation: F)
where
    F: Fn(u64) -> T + Send + Sync + 'static,
    T: Future<Output = ()> + Send,
{
    let operation = Arc::new(operation);
    let time = Duration::from_secs(setting("BENCH_SECONDS", 2));
    let begun = Instant::now();
    let clients = (0..setting("BENCH_CLIENTS", 64)).map(|_| {
        let operation = Arc::clone(&operation);
        tokio::spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < time {
                let begun = Instant::now();
                operation(COUNT.fetch_add(1, Ordering::Relaxed)).await;
                times.push(begun.elapsed());
            }
            times
        })
    });
    let clients: Vec<_> = clients.collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.unwrap());
    }
    let took = begun.elapsed();
    times.sort_unstable();
    let rate = times.len() as f64 / took.as_secs_f64();
    let (median, late) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{name:50} {rate:7.0}/s {median:9.2?} {late:9.2?}");
}

async fn pair(store: &PostgresStore, key: &ReplayKey) {
    let lease = acquired(store.claim(key, &request()).await.unwrap());
    let answer = store.commit(&lease, None).await.unwrap();
    assert_eq!(answer, Commit::Committed);
}

async fn in_transaction(store: &PostgresStore, pool: &sqlx::PgPool, key: &ReplayKey) {
    let mut tx = transactional::begin(pool).await.unwrap();
    let answer = store.claim_in(&mut tx, key, &request()).await;
    let lease = acquired(answer.unwrap());
    let answer = store.commit_in(&mut tx, &lease, None).await;
    assert_eq!(answer.unwrap(), Commit::Committed);
    tx.commit().await.unwrap();
}

fn acquired(answer: Claim) -> Lease {
    match answer {
        Claim::Acquired(lease) => lease,
        other => panic!("{other:?}"),
    }
}

fn request() -> ClaimRequest {
    ClaimRequest::new(new_owner(), Duration::from_secs(60), WEEK)
}

/// A key that looks like a digest, of this number.
fn key(n: u64) -> ReplayKey {
    use std::hash::{BuildHasher, RandomState};
    use std::sync::LazyLock;
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    let mut bytes = [0; 32];
    for (i, chunk) in bytes.chunks_exact_mut(8).enumerate() {
        chunk.copy_from_slice(&SEED.hash_one((n, i)).to_le_bytes());
    }
    ReplayKey::from_bytes(bytes)
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().unwrap())
}
