//! The contract of a store, through two handles with pools of their own.
//!
//! `MODEL_SEQUENCES` plays more sequences of the model, and `MODEL_SEED` others.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Mutex;
use std::time::Duration;

use common::Schema;
use webhook_core::replay::conformance;

/// One test has the server for itself: the model cannot judge what takes seconds.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Runs all promises with a store of this kind. Each promise has a schema of its own, because
/// the clock is moved for all rows of one.
async fn keeps_its_promises(kind: usize) {
    let _alone = ALONE.lock().await;
    let names = Mutex::new(conformance::PROMISES.iter());
    let next = || names.lock().unwrap().next();
    let run = async || {
        while let Some(name) = next() {
            let Some(schema) = Schema::new().await else {
                return;
            };
            let [a, b] = [(), ()].map(|()| {
                let (_, builder) = schema.kinds().into_iter().nth(kind).unwrap();
                let builder = builder.timeout(Duration::from_secs(20));
                builder.connections(4).build().unwrap()
            });
            let sleep = async |time| match *name {
                // The time of day goes on only by itself.
                "a_listed_record_says_how_often_and_when_and_why_it_died" => {
                    tokio::time::sleep(time).await;
                }
                _ => schema.sleep(time).await,
            };
            conformance::promise(name, &a, &b, sleep).await;
            drop((a, b));
            schema.drop().await;
        }
    };
    // Most of the time is waiting for the server.
    tokio::join!(run(), run(), run(), run());

    // It counts, so it has a schema of its own too.
    let Some(schema) = Schema::new().await else {
        return;
    };
    let (_, builder) = schema.kinds().into_iter().nth(kind).unwrap();
    let store = builder.timeout(Duration::from_secs(20)).build().unwrap();
    let sleep = async |time| schema.sleep(time).await;
    conformance::a_sweep_removes_all_that_has_expired(&store, &store, &sleep).await;
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_single_messages_keeps_its_promises() {
    keeps_its_promises(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_prepared_statements_keeps_its_promises() {
    keeps_its_promises(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_groups_keeps_its_promises() {
    keeps_its_promises(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_prepared_groups_keeps_its_promises() {
    keeps_its_promises(3).await;
}

/// How many sequences share the time between two sleeps: what a busy machine does in a second.
const SIDE_BY_SIDE: u64 = 32;

/// Plays random sequences of operations against a plain model.
async fn agrees_with_the_model(kind: usize) {
    let _alone = ALONE.lock().await;
    let Some(schema) = Schema::new().await else {
        return;
    };
    let setting = |name| std::env::var(name).ok().map(|value| value.parse().unwrap());
    let sequences: u64 = setting("MODEL_SEQUENCES").unwrap_or(SIDE_BY_SIDE);
    let seed: u64 = setting("MODEL_SEED").unwrap_or(1);
    let [a, b] = [(), ()].map(|()| {
        let (_, builder) = schema.kinds().into_iter().nth(kind).unwrap();
        builder.connections(8).build().unwrap()
    });
    for seed in seed..seed + sequences.div_ceil(SIDE_BY_SIDE) {
        let sleep = async |time| schema.sleep_exactly(time).await;
        let batch = usize::try_from(SIDE_BY_SIDE).unwrap();
        conformance::model(&a, &b, sleep, batch, seed).await;
        schema
            .run("truncate {schema}.webhook_key, {schema}.webhook_group")
            .await;
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_single_messages_agrees_with_the_model() {
    agrees_with_the_model(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_prepared_statements_agrees_with_the_model() {
    agrees_with_the_model(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_groups_agrees_with_the_model() {
    agrees_with_the_model(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_prepared_groups_agrees_with_the_model() {
    agrees_with_the_model(3).await;
}
