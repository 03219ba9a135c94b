//! Two deliveries that are stored in the other order than their numbers, with a worker that looks
//! in between.
//!
//! Whoever reads jobs by "number above the last one" never sees the one that is committed late.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use webhook_axum::inbox::{
    Consumed, InboxTable, JobFilter, JobState, RunningWorker, Worker, consumer_fn,
};
use webhook_core::{Claimed, Endpoint};
use webhook_postgres::PostgresStore;
use webhook_sqlite::SqliteStore;
use webhook_test_services::Postgres;

use crate::bench::{self, PATIENCE, SECRET, body, endpoint, inbox};
use crate::common::Database;

/// What the worker has handled, in its order.
type Handled = Arc<Mutex<Vec<String>>>;

/// Stores an event. `false`: it could not be stored, and its sender comes again.
async fn deliver(table: impl InboxTable, event: &str) -> bool {
    let delivered = bench::deliver(&endpoint(table), body(event, 0)).await;
    matches!(delivered, Ok(Claimed::Stored(_)))
}

/// A process that handles what is stored.
fn work(table: impl InboxTable) -> (RunningWorker, Handled) {
    let handled = Handled::default();
    let endpoint = Endpoint::stripe(SECRET).build().unwrap();
    let log = Arc::clone(&handled);
    let consumer = consumer_fn(endpoint, move |stored| {
        let event = stored.delivery().id().unwrap_or_default().to_owned();
        log.lock().unwrap().push(event);
        std::future::ready(Consumed::Done)
    });
    let poll = Duration::from_millis(50);
    let worker = Worker::new(inbox(table))
        .consumer(consumer)
        .poll_interval(poll);
    (worker.spawn().unwrap(), handled)
}

async fn until_handled(handled: &Handled, events: &[&str]) {
    for _ in 0..3000 {
        if *handled.lock().unwrap() == events {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?} instead of {events:?}", handled.lock().unwrap());
}

async fn assert_both_are_done(table: &impl InboxTable) {
    let jobs = table
        .list(&JobFilter::default(), None, 10)
        .await
        .unwrap()
        .jobs;
    let states: Vec<_> = jobs.iter().map(|job| job.state).collect();
    assert_eq!(states, [JobState::Done; 2]);
}

/// The first acceptance has its number and waits for a lock before its COMMIT.
#[tokio::test]
async fn on_postgres_the_job_that_is_committed_late_runs() {
    let Some(postgres) = Postgres::start(&[]) else {
        return;
    };
    let store = || {
        let builder = PostgresStore::builder(postgres.url()).unwrap();
        builder.timeout(PATIENCE).build().unwrap()
    };
    store().migrate().await.unwrap();
    let mut other = PgConnection::connect(postgres.url()).await.unwrap();
    sqlx::raw_sql(
        "create function hold() returns trigger language plpgsql as $$ begin
             if convert_from(new.bytes, 'UTF8') like '%evt_early%' then
                 perform pg_advisory_xact_lock(7);
             end if;
             return new;
         end $$;
         create trigger hold before insert on webhook_body
             for each row execute function hold();
         select pg_advisory_lock(7)",
    )
    .execute(&mut other)
    .await
    .unwrap();
    let (worker, handled) = work(store().inbox());
    let table = store().inbox();
    let early: JoinHandle<bool> = tokio::spawn(deliver(table, "evt_early"));
    waits_for_the_lock(&mut other).await;
    assert!(deliver(store().inbox(), "evt_late").await);
    // Between the two commits.
    until_handled(&handled, &["evt_late"]).await;
    let unlock = sqlx::query("select pg_advisory_unlock(7)");
    unlock.execute(&mut other).await.unwrap();
    assert!(early.await.unwrap());
    until_handled(&handled, &["evt_late", "evt_early"]).await;
    worker.drain(Duration::from_secs(10)).await;
    assert_both_are_done(&store().inbox()).await;
    let order = "select early.id < late.id from webhook_body early, webhook_body late
                 where convert_from(early.bytes, 'UTF8') like '%evt_early%'
                     and convert_from(late.bytes, 'UTF8') like '%evt_late%'";
    let is_reverse: bool = sqlx::query_scalar(order)
        .fetch_one(&mut other)
        .await
        .unwrap();
    assert!(is_reverse, "the early one has no lower number");
}

/// Waits until another connection waits for the lock.
async fn waits_for_the_lock(connection: &mut PgConnection) {
    let waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
    for _ in 0..1000 {
        let count: i64 = sqlx::query_scalar(waits)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        if count == 1 {
            return;
        }
        sleep(Duration::from_millis(5)).await;
    }
    panic!("the acceptance does not wait");
}

/// SQLite has one writer: what begins later waits, and nothing is committed in another order.
#[tokio::test]
async fn on_sqlite_no_acceptance_overtakes_another() {
    let database = Database::new();
    let open = || SqliteStore::open(database.file()).unwrap().inbox();
    let ((worker, handled), table) = (work(open()), open());
    let mut other = Connection::open(database.file()).unwrap();
    other.busy_timeout(Duration::from_secs(10)).unwrap();
    let first = other
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .unwrap();
    let late: JoinHandle<bool> = tokio::spawn(deliver(table.clone(), "evt_late"));
    sleep(Duration::from_millis(200)).await;
    let stored = "select count(*) from webhook_delivery";
    let stored: i64 = first.query_row(stored, [], |row| row.get(0)).unwrap();
    assert_eq!(stored, 0, "it is stored beside another transaction");
    assert!(handled.lock().unwrap().is_empty());
    first.commit().unwrap();
    if !late.await.unwrap() {
        assert!(deliver(table.clone(), "evt_late").await);
    }
    assert!(deliver(table.clone(), "evt_later").await);
    until_handled(&handled, &["evt_late", "evt_later"]).await;
    worker.drain(Duration::from_secs(10)).await;
    assert_both_are_done(&table).await;
}
