//! Processes that share a database: each has a runtime and connections of its own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::{Arc, Barrier};
use std::time::Duration;

use common::{Schema, new_key, new_owner};
use sqlx::AssertSqlSafe;
use webhook_core::replay::{Claim, ClaimRequest, Commit, ReplayKey, ReplayStore};
use webhook_postgres::PostgresStore;

const KEYS: usize = 200;
const CLIENTS: usize = 16;

/// Every process receives every delivery several times. Some of its handlers fail.
#[test]
fn of_two_processes_one_runs_each_delivery_and_one_commits_it() {
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let main = runtime();
    let Some(schema) = main.block_on(Schema::new()) else {
        return;
    };
    main.block_on(schema.run(
        // A run that began later never meets one that began earlier: their epochs rise.
        "create table {schema}.effect (key bytea primary key, epoch bigint not null,
             runs integer not null, commits integer not null)",
    ));
    let keys: Arc<Vec<ReplayKey>> = Arc::new((0..KEYS).map(|_| new_key()).collect());
    let begin = Arc::new(Barrier::new(4));
    let processes: Vec<_> = (0..4)
        .map(|n| {
            let (url, name) = (schema.url.clone(), schema.name.clone());
            let (keys, begin) = (Arc::clone(&keys), Arc::clone(&begin));
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Runtime::new().unwrap();
                begin.wait();
                runtime.block_on(process(n, url, name, keys));
            })
        })
        .collect();
    for process in processes {
        process.join().unwrap();
    }
    main.block_on(async {
        let counts = "select count(*) from {schema}.effect where commits = 1 and runs >= 1";
        assert_eq!(schema.number(counts).await, KEYS as i64);
        let done = "select count(*) from {schema}.webhook_key where state = 1";
        assert_eq!(schema.number(done).await, KEYS as i64);
        schema.drop().await;
    });
}

async fn process(n: usize, url: String, schema: String, keys: Arc<Vec<ReplayKey>>) {
    let builder = PostgresStore::builder(&url).unwrap();
    let builder = builder.schema(&schema).timeout(Duration::from_secs(30));
    // Of all kinds, in one table.
    let builder = if n.is_multiple_of(2) {
        builder.grouped()
    } else {
        builder
    };
    let builder = if n < 2 { builder.direct() } else { builder };
    let store = builder.build().unwrap();
    let pool = sqlx::PgPool::connect(&url).await.unwrap();
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let (store, pool, keys) = (store.clone(), pool.clone(), Arc::clone(&keys));
        let schema = schema.clone();
        clients.spawn(async move {
            for i in 0..keys.len() {
                let i = (i * 31 + client * 7 + n * 3) % keys.len();
                while !is_handled(&store, &pool, &schema, &keys[i], client).await {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        });
    }
    clients.join_all().await;
}

/// Runs a delivery. Returns whether the answer is 200.
async fn is_handled(
    store: &PostgresStore,
    pool: &sqlx::PgPool,
    schema: &str,
    key: &ReplayKey,
    client: usize,
) -> bool {
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    let request = ClaimRequest::new(new_owner(), Duration::from_secs(60), week);
    let lease = match store.claim(key, &request).await.unwrap() {
        Claim::Acquired(lease) => lease,
        Claim::Done { .. } => return true,
        Claim::InFlight { .. } => return false,
        other => panic!("{other:?}"),
    };
    let epoch = i64::try_from(lease.epoch().get()).unwrap();
    let run = format!(
        "insert into {schema}.effect as e values ($1, $2, 1, 0)
         on conflict (key) do update set epoch = excluded.epoch, runs = e.runs + 1
         where e.epoch < excluded.epoch and e.commits = 0"
    );
    let run = sqlx::query(AssertSqlSafe(run))
        .bind(&key.as_bytes()[..])
        .bind(epoch);
    assert_eq!(run.execute(pool).await.unwrap().rows_affected(), 1);
    if client.is_multiple_of(4) && lease.attempt() == 1 {
        store.release(&lease).await.unwrap();
        return false;
    }
    let answer = store.commit(&lease, None).await.unwrap();
    assert_eq!(answer, Commit::Committed);
    let commit = format!("update {schema}.effect set commits = commits + 1 where key = $1");
    let commit = sqlx::query(AssertSqlSafe(commit)).bind(&key.as_bytes()[..]);
    commit.execute(pool).await.unwrap();
    true
}
