//! Deliveries that are stored before they are acknowledged, through two handles with pools of their
//! own.

#![cfg(feature = "inbox")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Mutex;
use std::time::Duration;

use common::{LONG, Schema, acquire, new_key, request};
use webhook_core::replay::{Claim, ClaimRequest, Commit};
use webhook_core::{ReplayKey, ReplayStore, SealedDelivery};
use webhook_inbox::{
    Acceptance, Accepted, InboxTable as _, JobFilter, Lane, TakeRequest, conformance,
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
            let sleep = async |time| schema.sleep(time).await;
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
