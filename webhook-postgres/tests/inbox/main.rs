//! Deliveries that are stored before they are acknowledged, through two handles with pools of their
//! own.

#![cfg(feature = "inbox")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod notices;
mod order;
mod transactions;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use common::{LONG, Schema, acquire, new_key, request};
use webhook_core::replay::{Claim, ClaimRequest, Commit, LeaseState};
use webhook_core::{ReplayKey, ReplayStore, SealedDelivery};
use webhook_inbox::{
    Acceptance, Accepted, Ending, InboxTable as _, JobFilter, JobState, Lane, Retention, Step,
    TakeRequest, conformance,
};
use webhook_postgres::PostgresInbox;

fn acceptance(key: &ReplayKey, request: ClaimRequest) -> Acceptance {
    let sealed = SealedDelivery::from_bytes(&b"record"[..]);
    let body = "body".into();
    Acceptance::new(*key, request, Lane::default(), "stripe", sealed, body)
}

async fn accept(inbox: &PostgresInbox, key: &ReplayKey) -> Accepted {
    inbox.accept(&acceptance(key, request())).await.unwrap()
}

/// Each promise has a schema of its own, because the clock is moved for all rows of one.
async fn keeps_its_promises(kind: usize) {
    let names = Mutex::new(conformance::PROMISES.iter());
    let next = || names.lock().unwrap().next();
    let run = async || {
        while let Some(name) = next() {
            let Some(schema) = Schema::new().await else {
                return;
            };
            let [a, b] = [(), ()].map(|()| {
                let (_, builder) = schema.kinds().into_iter().nth(kind).unwrap();
                let builder = builder.timeout(Duration::from_secs(20)).connections(4);
                builder.build().unwrap().inbox()
            });
            let sleep = async |time| {
                schema.sleep(time).await;
                a.forget_fronts();
                b.forget_fronts();
            };
            conformance::promise(name, &a, &b, sleep).await;
            drop((a, b));
            schema.drop().await;
        }
    };
    // Most of the time is waiting for the server.
    tokio::join!(run(), run(), run(), run());
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_single_messages_keep_their_promises() {
    keeps_its_promises(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_prepared_statements_keep_their_promises() {
    keeps_its_promises(1).await;
}

async fn answers_as_the_model(kind: usize) {
    let setting = |name| std::env::var(name).ok().map(|value| value.parse().unwrap());
    let steps: usize = setting("MODEL_STEPS").unwrap_or(300);
    for seed in [1, 20_270_115] {
        let Some(schema) = Schema::new().await else {
            return;
        };
        let (_, builder) = schema.kinds().into_iter().nth(kind).unwrap();
        let table = builder
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap()
            .inbox();
        // Moments pass by themselves, and the model's times are hours.
        let sleep = async |time: Duration| {
            if time >= Duration::from_secs(1) {
                schema.sleep(time).await;
                table.forget_fronts();
            }
        };
        conformance::model(&table, sleep, steps, seed).await;
        drop(table);
        schema.drop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_single_messages_answer_as_the_model() {
    answers_as_the_model(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_prepared_statements_answer_as_the_model() {
    answers_as_the_model(1).await;
}

/// An application may begin with handlers that run at once, and go durable later.
#[tokio::test(flavor = "multi_thread")]
async fn the_keys_are_those_of_the_store() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let store = schema.store();
    let inbox = store.inbox();
    let [done, claimed, dead] = [(), (), ()].map(|()| new_key());
    let lease = acquire(&store, &done).await;
    assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
    let stored = Accepted::Stored { same_payload: true };
    assert_eq!(accept(&inbox, &done).await, stored);
    let lease = acquire(&store, &claimed).await;
    match accept(&inbox, &claimed).await {
        Accepted::BeingStored { retry_after } => assert!(retry_after <= LONG),
        other => panic!("{other:?}"),
    }
    store.release(&lease).await.unwrap();
    assert_eq!(accept(&inbox, &claimed).await, Accepted::New);
    let lease = acquire(&store, &dead).await;
    store.bury(&lease, "poison").await.unwrap();
    assert_eq!(accept(&inbox, &dead).await, Accepted::Dead);
    // And the other way round.
    let claim = store.claim(&claimed, &request()).await.unwrap();
    assert!(matches!(claim, Claim::Done { .. }), "{claim:?}");
    let jobs = inbox.list(&JobFilter::default(), None, 10).await.unwrap();
    assert_eq!(jobs.jobs.len(), 1);
    schema.drop().await;
}

/// A delivery is stored as a whole, or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_whose_body_cannot_be_stored_leaves_no_key() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let inbox = schema.store().inbox();
    let key = new_key();
    schema
        .run("alter table {schema}.webhook_body rename to gone")
        .await;
    let refused = inbox.accept(&acceptance(&key, request())).await;
    assert!(refused.is_err(), "{refused:?}");
    schema
        .run("alter table {schema}.gone rename to webhook_body")
        .await;
    for table in ["webhook_key", "webhook_delivery"] {
        let rows = format!("select count(*) from {{schema}}.{table}");
        assert_eq!(schema.number(&rows).await, 0, "{table}");
    }
    assert_eq!(accept(&inbox, &key).await, Accepted::New);
    schema.drop().await;
}

/// A sender that hangs up while its delivery is being stored sends it again.
#[tokio::test(flavor = "multi_thread")]
async fn acceptances_that_are_dropped_at_any_moment_are_stored_once_or_not_at_all() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    for direct in [false, true] {
        let builder = schema.builder();
        let builder = if direct { builder.direct() } else { builder };
        let inbox = builder.build().unwrap().inbox();
        let keys: Vec<_> = (0..120).map(|_| new_key()).collect();
        for (polls, key) in keys.iter().enumerate() {
            let acceptance = acceptance(key, request());
            let accept = inbox.accept(&acceptance);
            // Dropped after so many wake-ups.
            let mut left = polls % 5;
            let mut accept = std::pin::pin!(accept);
            std::future::poll_fn(|cx| match accept.as_mut().poll(cx) {
                std::task::Poll::Pending if left > 0 => {
                    left -= 1;
                    std::task::Poll::Pending
                }
                _ => std::task::Poll::Ready(()),
            })
            .await;
        }
        for key in &keys {
            let accepted = accept(&inbox, key).await;
            let is_known = matches!(accepted, Accepted::New | Accepted::Stored { .. });
            assert!(is_known, "{accepted:?}");
        }
        let taken = TakeRequest::new(request().owner, 1000, LONG);
        let jobs = inbox.take(&taken).await.unwrap().jobs;
        let mut found: Vec<_> = jobs.iter().map(|job| job.key).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!((found.len(), jobs.len()), (120, 120), "direct: {direct}");
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_prefix_and_a_user_without_more_rights_are_enough() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let role = format!("{}_user", schema.name);
    let store = schema.builder().table_prefix("shop_").build().unwrap();
    store.migrate().await.unwrap();
    schema
        .run(&format!(
            "create role {role}; grant usage on schema {{schema}} to {role};
             grant {role} to current_user"
        ))
        .await;
    let url = format!("{}&options=-c%20role%3D{role}", schema.store_url());
    let url = match schema.store_url().contains('?') {
        true => url,
        false => url.replacen('&', "?", 1),
    };
    let store = webhook_postgres::PostgresStore::builder(&url).unwrap();
    let store = store.schema(&schema.name).table_prefix("shop_");
    let inbox = store.without_purge().build().unwrap().inbox();
    let refused = inbox.accept(&acceptance(&new_key(), request())).await;
    assert!(refused.is_err(), "without a right: {refused:?}");
    schema
        .run(&format!(
            "grant select, insert, update, delete on all tables in schema {{schema}} to {role}"
        ))
        .await;
    assert_eq!(accept(&inbox, &new_key()).await, Accepted::New);
    let taken = TakeRequest::new(request().owner, 1000, LONG);
    assert_eq!(inbox.take(&taken).await.unwrap().jobs.len(), 1);
    drop(inbox);
    schema
        .run(&format!("drop owned by {role}; drop role {role}"))
        .await;
    schema.drop().await;
}

/// A take never waits for a row that somebody else has, and finds what becomes visible late.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_transaction_has_locked_is_left_out_and_taken_later() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let inbox = schema.store().inbox();
    for _ in 0..3 {
        accept(&inbox, &new_key()).await;
    }
    let mut other = schema.pool.begin().await.unwrap();
    let lock = format!(
        "select id from {}.webhook_delivery order by id limit 1 for update",
        schema.name
    );
    let lock = sqlx::query(sqlx::AssertSqlSafe(lock));
    lock.execute(&mut *other).await.unwrap();
    let take = async || {
        let request = TakeRequest::new(request().owner, 10, LONG);
        inbox.take(&request).await.unwrap().jobs
    };
    let taken = take().await;
    assert_eq!(taken.len(), 2);
    // The id that was left out is the lowest: nothing is read by "an id above the last one".
    other.rollback().await.unwrap();
    let late = take().await;
    assert_eq!(late.len(), 1);
    assert!(late[0].lease.id < taken[0].lease.id);
    schema.drop().await;
}

/// Thousands of jobs a second leave as many entries in the index until a vacuum comes by, and none
/// can remove them while a transaction is open that began before.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_does_not_read_what_is_gone() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let (gone, claims) = (20_000, 40);
    for (name, builder) in schema.kinds().into_iter().take(2) {
        let read = "select sum(idx_tup_read)::bigint from pg_stat_user_indexes
                    where schemaname = '{schema}' and indexrelname = 'webhook_delivery_due'";
        let stored = "select n_tup_ins from pg_stat_user_tables
                      where schemaname = '{schema}' and relname = 'webhook_delivery'";
        let (had_read, had_stored) = (schema.number(read).await, schema.number(stored).await);
        let mut open = schema.pool.begin().await.unwrap();
        let snapshot = "set transaction isolation level repeatable read; select 1";
        sqlx::raw_sql(snapshot).execute(&mut *open).await.unwrap();
        schema
            .run(&format!(
                "insert into {{schema}}.webhook_delivery (epoch, run_at, accepted_at, attempts, state,
                     has_body, key, tenant, consumer, provider, sealed)
                 select 0, now() - interval '1 minute', now(), 0, 0, false, '', '', lane, 'stripe', ''
                 from generate_series(1, {gone}) n, unnest(array['', 'mail']) lane;
                 delete from {{schema}}.webhook_delivery"
            ))
            .await;
        let inbox = builder.connections(1).build().unwrap().inbox();
        for _ in 0..claims {
            for lane in ["", "mail"] {
                let sealed = SealedDelivery::from_bytes(&b"record"[..]);
                let (key, lane) = (new_key(), Lane::new("", lane));
                let acceptance =
                    Acceptance::new(key, request(), lane, "stripe", sealed, "body".into());
                assert_eq!(inbox.accept(&acceptance).await.unwrap(), Accepted::New);
            }
            let request = TakeRequest::new(request().owner, 10, LONG);
            let jobs = inbox.take(&request).await.unwrap().jobs;
            assert_eq!(jobs.len(), 2, "{name}");
            for job in jobs {
                let done = inbox.settle(&job.lease, &Ending::Done).await;
                assert_eq!(done.unwrap(), LeaseState::Held);
            }
        }
        drop(inbox);
        // The server counts a session when it ends.
        reached(&schema, stored, had_stored + 2 * (gone + claims)).await;
        let read = schema.number(read).await - had_read;
        // From the true beginning a lane is read now and then, and on a slow machine more often.
        assert!(read < gone * claims, "{name}: {read} entries were read");
        open.rollback().await.unwrap();
    }
    schema.drop().await;
}

/// The plans are those that were made while the tables were empty.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_has_grown_is_read_by_its_indexes() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    for (name, builder) in schema.kinds().into_iter().take(2) {
        let inbox = builder.connections(1).build().unwrap().inbox();
        let verbs = async || {
            let ordered = acceptance(&new_key(), request()).ordered_by(Some([7; 16]));
            assert_eq!(inbox.accept(&ordered).await.unwrap(), Accepted::New);
            let request = TakeRequest::new(request().owner, 10, LONG)
                .of_consumers([""])
                .skip(vec![Lane::new("", "x")]);
            for job in inbox.take(&request).await.unwrap().jobs {
                inbox.renew(&job.lease, LONG).await.unwrap();
                let step = Step::done("charge", &b"1"[..]);
                inbox.put_step(&job.lease, &step).await.unwrap();
                inbox.settle(&job.lease, &Ending::Done).await.unwrap();
                inbox.find(job.lease.id).await.unwrap().unwrap();
            }
            let dead = JobFilter::of_state(JobState::Dead);
            inbox.list(&dead, None, 10).await.unwrap();
            let retention = Retention::new(Duration::ZERO, LONG);
            inbox.prune(&retention, 10).await.unwrap();
        };
        // A prepared statement gets its final plan with the sixth run.
        for _ in 0..8 {
            verbs().await;
        }
        let done = "select n_tup_ins from pg_stat_user_tables
                    where schemaname = '{schema}' and relname = 'webhook_delivery'";
        let empty = schema.number(done).await;
        schema
            .run(
                "insert into {schema}.webhook_delivery (epoch, run_at, accepted_at, attempts, state,
                     has_body, key, tenant, consumer, provider, sealed, order_by)
                 select 0, now() + interval '1 day', now(), 0, n % 2, true,
                     decode(md5(n::text) || md5(random()::text), 'hex'), '', '', 'stripe', '\\x00',
                     decode(md5(n::text), 'hex') from generate_series(1, 20000) n;
                 insert into {schema}.webhook_step (delivery, state, name, value)
                 select id, 0, 'charge', '' from {schema}.webhook_delivery on conflict do nothing;
                 insert into {schema}.webhook_body (id, bytes)
                 select id, '\\x00' from {schema}.webhook_delivery on conflict do nothing;
                 insert into {schema}.webhook_key (epoch, expires_at, purge_at, changed_at, retain,
                     attempts, fingerprint, state, key, owner)
                 select 1, now() + interval '1 day', now() + interval '1 day', now(), '7 days', 1, 0,
                     1, key, '\\x00' from {schema}.webhook_delivery on conflict do nothing",
            )
            .await;
        // What the test itself has read.
        let read = "select sum(seq_tup_read)::bigint from pg_stat_user_tables
                    where schemaname = '{schema}'";
        let due = "select sum(idx_tup_read)::bigint from pg_stat_user_indexes
                   where schemaname = '{schema}' and indexrelname in ('webhook_delivery_due',
                       'webhook_delivery_order', 'webhook_delivery_running', 'webhook_step_pkey')";
        let before = reached(&schema, done, empty + 20_000).await;
        let (had_read, had_due) = (schema.number(read).await, schema.number(due).await);
        for _ in 0..8 {
            verbs().await;
        }
        drop(inbox);
        // The server counts a session when it ends.
        reached(&schema, done, before + 8).await;
        let scanned = schema.number(read).await - had_read;
        assert!(scanned < 20_000, "{name}: {scanned} rows were scanned");
        let due = schema.number(due).await - had_due;
        assert!(due < 1000, "{name}: {due} due rows were read");
        schema
            .run(
                "truncate {schema}.webhook_delivery, {schema}.webhook_body, {schema}.webhook_step,
                 {schema}.webhook_key",
            )
            .await;
    }
    schema.drop().await;
}

/// A number of the statistics, once so many are counted.
async fn reached(schema: &Schema, number: &str, expected: i64) -> i64 {
    let begun = Instant::now();
    loop {
        let found = schema.number(number).await;
        if found >= expected {
            return found;
        }
        let waited = begun.elapsed();
        assert!(waited < Duration::from_secs(20), "nothing is counted");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
