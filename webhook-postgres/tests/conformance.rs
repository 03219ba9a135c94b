//! The contract of a store, through two handles with pools of their own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::Schema;
use webhook_core::replay::conformance;

/// Runs all promises with a store of this kind. Each promise has a schema of its own, because
/// the clock is moved for all rows of one.
async fn keeps_its_promises(kind: usize) {
    let mut tests = tokio::task::JoinSet::new();
    for name in conformance::PROMISES {
        tests.spawn(async move {
            let Some(schema) = Schema::new().await else {
                return;
            };
            let [a, b] = [(), ()].map(|()| {
                let (_, builder) = schema.kinds().into_iter().nth(kind).unwrap();
                builder.connections(4).build().unwrap()
            });
            conformance::promise(name, &a, &b, async |time| schema.sleep(time).await).await;
            drop((a, b));
            schema.drop().await;
        });
        if tests.len() >= 6 {
            tests.join_next().await.unwrap().unwrap();
        }
    }
    while let Some(test) = tests.join_next().await {
        test.unwrap();
    }
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
