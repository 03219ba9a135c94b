//! Claims and commits in a table of millions of rows, before and while the purge removes some.
//!
//! ```sh
//! cargo bench -p webhook-postgres --bench growth
//! GROWTH_ROWS=10000000 GROWTH_EXPIRED=1000000 cargo bench -p webhook-postgres --bench growth
//! ```
//!
//! `GROWTH_ROWS` says how many done records there are, a million unless it is set, and
//! `GROWTH_EXPIRED` how many of them have expired, a tenth. Clients send at a steady pace,
//! `GROWTH_RATE` pairs a second (500), so that a slower server shows as later answers. `DATABASE_URL`
//! names the server. Otherwise a private one is started, on this machine.

#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Schema, new_key, new_owner};
use sqlx::AssertSqlSafe;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};
use webhook_core::replay::{Claim, ClaimRequest, Commit, ReplayStore};
use webhook_postgres::PostgresStore;

const CLIENTS: u64 = 16;
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const CALM: Duration = Duration::from_secs(10);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let rows = setting("GROWTH_ROWS", 1_000_000);
    let expired = setting("GROWTH_EXPIRED", rows / 10);
    let rate = setting("GROWTH_RATE", 500);
    fill(&schema, rows, expired).await;
    print_sizes(&schema, rows).await;

    let store = Arc::new(schema.builder().direct().build().unwrap());
    pairs(&store, rate, sleep(Duration::from_secs(1))).await;
    let before = pairs(&store, rate, sleep(CALM)).await;
    print("without a purge", &before);

    let begun = Instant::now();
    let every = Duration::from_millis(10);
    let purging = schema.purging(every).build().unwrap();
    let during = pairs(&store, rate, until_purged(&schema)).await;
    drop(purging);
    let took = begun.elapsed().as_secs_f64();
    print(
        &format!("while {expired} rows are purged, {took:.0} s"),
        &during,
    );
    let after = pairs(&store, rate, sleep(CALM)).await;
    print("after the purge", &after);
    schema.run("vacuum {schema}.webhook_key").await;
    let after = pairs(&store, rate, sleep(CALM)).await;
    print("after a vacuum", &after);
    schema.drop().await;
}

/// Makes done records of the last week: half a million at a time, because a statement that makes
/// all of them shows nothing for minutes.
async fn fill(schema: &Schema, rows: u64, expired: u64) {
    let begun = Instant::now();
    let mut first = 0;
    while first < rows {
        let last = rows.min(first + 500_000);
        schema
            .run(&format!(
                "insert into {{schema}}.webhook_key (epoch, expires_at, purge_at, changed_at, \
                 retain, attempts, fingerprint, state, key, owner) \
                 select 1700000000000000 + n, ends, ends, now(), interval '7 days', 1, n::integer, 1, \
                 sha256(n::text::bytea), substring(sha256(('o' || n)::bytea) for 16) \
                 from (select n, case when n < {expired} \
                 then now() - interval '1 hour' * (1 + n::float / {rows}) \
                 else now() + interval '7 days' * n::float / {rows} end as ends \
                 from generate_series({first}, {last} - 1) as n) made"
            ))
            .await;
        first = last;
    }
    // Autovacuum would come to it, some time. A checkpoint of so many rows would be measured too.
    // Only some users may ask for one.
    schema.run("analyze {schema}.webhook_key").await;
    let _ = sqlx::raw_sql("checkpoint").execute(&schema.pool).await;
    println!(
        "{rows} rows, {expired} of them expired, in {:.0?}",
        begun.elapsed()
    );
}

async fn print_sizes(schema: &Schema, rows: u64) {
    let table = format!("{}.webhook_key", schema.name);
    for (name, size) in [
        ("table", "pg_table_size($1::regclass)"),
        ("key index", "pg_relation_size(($1 || '_pkey')::regclass)"),
        (
            "purge index",
            "pg_relation_size(($1 || '_purge')::regclass)",
        ),
        ("all", "pg_total_relation_size($1::regclass)"),
    ] {
        let size: i64 = sqlx::query_scalar(AssertSqlSafe(format!("select {size}")))
            .bind(&table)
            .fetch_one(&schema.pool)
            .await
            .unwrap();
        println!(
            "{name:12} {:6.0} MB per million rows",
            size as f64 / rows as f64
        );
    }
}

/// Ends when no expired row is left.
async fn until_purged(schema: &Schema) {
    let expired = "select count(*) from (select from {schema}.webhook_key \
                   where purge_at <= clock_timestamp() limit 1) as one";
    while schema.number(expired).await > 0 {
        sleep(Duration::from_millis(250)).await;
    }
}

/// Times of claims and of commits, in order.
type Times = [Vec<Duration>; 2];

/// Claims and commits new keys at a steady pace until this future ends.
async fn pairs(store: &Arc<PostgresStore>, rate: u64, end: impl Future<Output = ()>) -> Times {
    let (ends, ended) = watch::channel(());
    let pause = Duration::from_secs(1).mul_f64(CLIENTS as f64 / rate as f64);
    let clients = (0..CLIENTS).map(|n| {
        let (store, ended) = (Arc::clone(store), ended.clone());
        tokio::spawn(async move {
            let mut times = Times::default();
            sleep(pause.mul_f64(n as f64 / CLIENTS as f64)).await;
            let mut pace = interval(pause);
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while ended.has_changed().is_ok() {
                pace.tick().await;
                let [claim, commit] = pair(&store).await;
                times[0].push(claim);
                times[1].push(commit);
            }
            times
        })
    });
    let clients: Vec<_> = clients.collect();
    end.await;
    drop(ends);
    let mut all = Times::default();
    for client in clients {
        for (all, some) in all.iter_mut().zip(client.await.unwrap()) {
            all.extend(some);
        }
    }
    all.iter_mut().for_each(|times| times.sort_unstable());
    all
}

async fn pair(store: &PostgresStore) -> [Duration; 2] {
    let (key, begun) = (new_key(), Instant::now());
    let request = ClaimRequest::new(new_owner(), Duration::from_secs(60), WEEK);
    let Claim::Acquired(lease) = store.claim(&key, &request).await.unwrap() else {
        panic!("the key is new");
    };
    let claimed = begun.elapsed();
    let commit = store.commit(&lease, None).await.unwrap();
    assert_eq!(commit, Commit::Committed);
    [claimed, begun.elapsed() - claimed]
}

fn print(name: &str, times: &Times) {
    for (verb, times) in ["claim", "commit"].iter().zip(times) {
        let [median, late, latest] = [50, 99, 100].map(|part| {
            let place = (times.len() * part / 100).min(times.len() - 1);
            times[place]
        });
        println!("{name:40} {verb:6} p50 {median:9.2?} p99 {late:9.2?} max {latest:9.2?}");
    }
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().unwrap())
}
