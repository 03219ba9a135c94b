//! The versions of objects in PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{LONG, Schema};
use webhook_core::ordering::{
    EntityKey, Order, OrderingStore as _, TransactionalOrdering as _, Version, conformance,
};
use webhook_core::replay::ReplayStore as _;
use webhook_postgres::{PgTransaction, PostgresStore, transactional};

const ROWS: &str = "select count(*) from {schema}.webhook_entity";

#[tokio::test(flavor = "multi_thread")]
async fn the_store_keeps_its_promises() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let kinds = schema.kinds().map(|(_, builder)| builder.build().unwrap());
    for other in &kinds {
        let sleep = async |time: Duration| schema.sleep(time).await;
        conformance::all_with(&kinds[0], other, sleep).await;
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_race_get_the_answers_of_one_order() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let stores = [schema.store(), schema.builder().direct().build().unwrap()];
    let entity = conformance::new_entity();
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..8_u64 {
        let store = stores[usize::from(task % 2 == 0)].clone();
        tasks.spawn(async move {
            let mut answers = Vec::new();
            for n in 0..40 {
                let version = (n * 7919 + task * 13) % 100;
                let order = store.advance(&entity, Version::number(version), LONG).await;
                answers.push((version, order.unwrap()));
            }
            answers
        });
    }
    let answers: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(answers.len(), 320);
    conformance::assert_a_race_had_one_order(&answers);
    schema.drop().await;
}

async fn advance_in(
    store: &PostgresStore,
    transaction: &mut PgTransaction,
    entity: &EntityKey,
    version: u64,
) -> Order {
    let version = Version::number(version);
    store
        .advance_in(&mut **transaction, entity, version, LONG)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_leaves_the_version_as_it_was_and_a_commit_raises_it() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    for store in [schema.store(), schema.builder().direct().build().unwrap()] {
        let entity = conformance::new_entity();
        let latest = Version::number(7);
        for (version, commits, expected) in [
            (9, false, Order::Fresh),
            (5, true, Order::Fresh),
            (9, false, Order::Fresh),
            (7, true, Order::Fresh),
            (7, true, Order::Same),
            (6, true, Order::Stale { latest }),
        ] {
            let mut tx = transactional::begin(&schema.pool).await.unwrap();
            let order = advance_in(&store, &mut tx, &entity, version).await;
            assert_eq!(order, expected, "version {version}");
            match commits {
                true => tx.commit().await.unwrap(),
                false => tx.rollback().await.unwrap(),
            }
        }
    }
    schema.drop().await;
}

/// The second of two handlers of one object waits until the first has committed, so the older one
/// never writes last.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_transaction_of_the_object_waits_for_the_first() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let store = Arc::new(schema.store());
    let entity = conformance::new_entity();
    let mut first = transactional::begin(&schema.pool).await.unwrap();
    assert_eq!(
        advance_in(&store, &mut first, &entity, 5).await,
        Order::Fresh
    );
    let mut second = transactional::begin(&schema.pool).await.unwrap();
    let waiting = {
        let store = Arc::clone(&store);
        tokio::spawn(async move { advance_in(&store, &mut second, &entity, 4).await })
    };
    // The server says that it waits.
    let waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'
                 and query like '%' || '{schema}' || '%entity%'";
    while schema.number(waits).await == 0 {
        assert!(!waiting.is_finished(), "it does not wait");
        tokio::task::yield_now().await;
    }
    first.commit().await.unwrap();
    let latest = Version::number(5);
    assert_eq!(waiting.await.unwrap(), Order::Stale { latest });
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_removes_the_versions_that_have_expired_and_no_others() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let store = schema.store();
    for retain in [LONG, LONG, LONG * 3] {
        let entity = conformance::new_entity();
        let version = Version::number(1);
        assert_eq!(
            store.advance(&entity, version, retain).await.unwrap(),
            Order::Fresh
        );
    }
    schema.sleep(LONG * 2).await;
    let swept = store.sweep(100).await.unwrap();
    assert_eq!((swept.removed, schema.number(ROWS).await), (2, 1));
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retention_without_an_end_is_kept_for_long() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let (store, entity) = (schema.store(), conformance::new_entity());
    let order = store
        .advance(&entity, Version::number(2), Duration::MAX)
        .await;
    assert_eq!(order.unwrap(), Order::Fresh);
    assert!(
        store
            .advance(&entity, Version::number(1), LONG)
            .await
            .unwrap()
            .is_stale()
    );
    schema.drop().await;
}
