//! The record of a delivery and its effects in one transaction.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{LONG, Schema, acquire, new_key, new_owner, request};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use webhook_core::replay::{
    Claim, ClaimRequest, Commit, LabelBound, Lease, LeaseState, ReplayKey, ReplayStore,
    TransactionSlot,
};
use webhook_postgres::{PgTransaction, PostgresStore, transactional};

/// A schema with a table of effects, and the stores of both protocols.
async fn prepared() -> Option<(Schema, [PostgresStore; 2])> {
    let schema = Schema::new().await?;
    schema.run("create table {schema}.effect (key bytea)").await;
    let stores = [schema.store(), schema.builder().direct().build().unwrap()];
    Some((schema, stores))
}

/// The statement that a handler runs.
async fn effect(schema: &str, tx: &mut PgConnection, key: &ReplayKey) {
    let insert = AssertSqlSafe(format!("insert into {schema}.effect values ($1)"));
    let insert = sqlx::query(insert).bind(&key.as_bytes()[..]);
    insert.execute(tx).await.unwrap();
}

const EFFECTS: &str = "select count(*) from {schema}.effect";
const RECORDS: &str = "select count(*) from {schema}.webhook_key";

fn acquired(answer: Claim) -> Lease {
    match answer {
        Claim::Acquired(lease) => lease,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn record_and_effect_are_there_together_after_the_commit() {
    let Some((schema, stores)) = prepared().await else {
        return;
    };
    for store in &stores {
        let key = new_key();
        let mut tx = transactional::begin(&schema.pool).await.unwrap();
        let lease = acquired(store.claim_in(&mut tx, &key, &request()).await.unwrap());
        effect(&schema.name, &mut tx, &key).await;
        let answer = store.commit_in(&mut tx, &lease, Some(b"yes")).await;
        assert_eq!(answer.unwrap(), Commit::Committed);
        tx.commit().await.unwrap();
        // For those that claim without a transaction too.
        let mut tx = transactional::begin(&schema.pool).await.unwrap();
        for answer in [
            store.claim_in(&mut tx, &key, &request()).await,
            store.claim(&key, &request()).await,
        ] {
            let Claim::Done {
                same_payload,
                answer,
            } = answer.unwrap()
            else {
                panic!("it is done");
            };
            assert_eq!((same_payload, answer.as_deref()), (true, Some(&b"yes"[..])));
        }
    }
    assert_eq!(schema.number(EFFECTS).await, 2);
    schema.drop().await;
}

/// Claims in a transaction, as soon as the rollback of an earlier one has arrived.
async fn claimed_when_free(
    store: &PostgresStore,
    pool: &PgPool,
    key: &ReplayKey,
) -> (PgTransaction, Lease) {
    let begun = Instant::now();
    loop {
        let mut tx = transactional::begin(pool).await.unwrap();
        match store.claim_in(&mut tx, key, &request()).await.unwrap() {
            Claim::Acquired(lease) => return (tx, lease),
            Claim::InFlight { .. } => assert!(begun.elapsed() < LONG),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_leaves_neither_a_zombie_record_nor_a_ghost_effect() {
    let Some((schema, stores)) = prepared().await else {
        return;
    };
    for store in &stores {
        let key = new_key();
        for is_committed in [false, true] {
            let (mut tx, lease) = claimed_when_free(store, &schema.pool, &key).await;
            assert_eq!(lease.attempt(), 1);
            effect(&schema.name, &mut tx, &key).await;
            if is_committed {
                store.commit_in(&mut tx, &lease, None).await.unwrap();
            }
            // As the process does that is killed.
            drop(tx);
        }
        let (_tx, lease) = claimed_when_free(store, &schema.pool, &key).await;
        assert_eq!(lease.attempt(), 1);
        assert_eq!(
            (schema.number(EFFECTS).await, schema.number(RECORDS).await),
            (0, 0)
        );
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_meanwhile_is_in_flight_at_once() {
    let Some((schema, stores)) = prepared().await else {
        return;
    };
    for store in &stores {
        let key = new_key();
        let mut first = transactional::begin(&schema.pool).await.unwrap();
        let lease = acquired(store.claim_in(&mut first, &key, &request()).await.unwrap());
        let mut second = transactional::begin(&schema.pool).await.unwrap();
        let begun = Instant::now();
        let answer = store.claim_in(&mut second, &key, &request()).await.unwrap();
        // A quarter of the time limit would be the end of a wait for a lock.
        assert!(begun.elapsed() < Duration::from_millis(490));
        assert!(matches!(answer, Claim::InFlight { .. }), "{answer:?}");
        // Another key is not kept waiting.
        let _lease = acquired(
            store
                .claim_in(&mut second, &new_key(), &request())
                .await
                .unwrap(),
        );
        store.commit_in(&mut first, &lease, None).await.unwrap();
        first.commit().await.unwrap();
        let answer = store.claim_in(&mut second, &key, &request()).await.unwrap();
        assert!(matches!(answer, Claim::Done { .. }), "{answer:?}");
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_in_a_transaction_meets_those_without_one() {
    let Some((schema, stores)) = prepared().await else {
        return;
    };
    for store in &stores {
        let mut tx = transactional::begin(&schema.pool).await.unwrap();
        let live = acquire(store, &new_key()).await;
        let answer = store
            .claim_in(&mut tx, live.key(), &request())
            .await
            .unwrap();
        let is_rest = |rest: Duration| rest > LONG / 2 && rest <= LONG;
        let is_in_flight =
            matches!(answer, Claim::InFlight { retry_after } if is_rest(retry_after));
        assert!(is_in_flight, "{answer:?}");
        let dead = acquire(store, &new_key()).await;
        store.bury(&dead, "note").await.unwrap();
        let answer = store
            .claim_in(&mut tx, dead.key(), &request())
            .await
            .unwrap();
        assert!(matches!(answer, Claim::Dead { attempts: 1 }), "{answer:?}");
        let released = acquire(store, &new_key()).await;
        store.release(&released).await.unwrap();
        let answer = store
            .claim_in(&mut tx, released.key(), &request())
            .await
            .unwrap();
        let next = acquired(answer);
        assert_eq!(next.attempt(), 2);
        assert!(next.epoch() > released.epoch());
        // A lease that is lost commits nothing.
        let answer = store.commit_in(&mut tx, &released, None).await.unwrap();
        assert_eq!(answer, Commit::LeaseLost);
        let answer = store.commit_in(&mut tx, &next, None).await.unwrap();
        assert_eq!(answer, Commit::Committed);
        tx.commit().await.unwrap();
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_in_transactions_has_as_many_keys_as_its_bound() {
    let Some((schema, stores)) = prepared().await else {
        return;
    };
    for store in &stores {
        let bound = LabelBound::new(new_key(), NonZeroU16::new(2).unwrap());
        let bounded = || {
            let mut request = ClaimRequest::new(new_owner(), LONG, LONG);
            request.bound = Some(bound);
            request
        };
        let mut first = transactional::begin(&schema.pool).await.unwrap();
        let key = new_key();
        let lease = acquired(store.claim_in(&mut first, &key, &bounded()).await.unwrap());
        let mut second = transactional::begin(&schema.pool).await.unwrap();
        let answer = store
            .claim_in(&mut second, &new_key(), &bounded())
            .await
            .unwrap();
        assert!(matches!(answer, Claim::InFlight { .. }), "{answer:?}");
        // A rollback gives the place back: nothing has run.
        first.rollback().await.unwrap();
        drop(lease);
        for _ in 0..2 {
            let answer = store
                .claim_in(&mut second, &new_key(), &bounded())
                .await
                .unwrap();
            let _lease = acquired(answer);
        }
        let answer = store
            .claim_in(&mut second, &new_key(), &bounded())
            .await
            .unwrap();
        assert!(matches!(answer, Claim::OverBound), "{answer:?}");
        second.commit().await.unwrap();
        let answer = store.claim(&new_key(), &bounded()).await.unwrap();
        assert!(matches!(answer, Claim::OverBound), "{answer:?}");
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_attempt_is_counted_and_a_dead_record_is_kept() {
    let Some((schema, stores)) = prepared().await else {
        return;
    };
    for store in stores {
        let transactions = store.transactional(schema.pool.clone());
        let key = new_key();
        for attempt in 1..=3 {
            let answer = transactions.claim(&key, &request()).await.unwrap();
            let lease = acquired(answer);
            assert_eq!(lease.attempt(), attempt);
            let state = match attempt {
                3 => transactions.bury(&lease, "a note").await,
                _ => transactions.release(&lease).await,
            };
            assert_eq!(state.unwrap(), LeaseState::Held);
        }
        let answer = transactions.claim(&key, &request()).await.unwrap();
        assert!(matches!(answer, Claim::Dead { attempts: 3 }), "{answer:?}");
        let dead = transactions.dead(None, 10).await.unwrap();
        let dead: Vec<_> = dead.iter().filter(|dead| dead.key == key).collect();
        assert_eq!((dead.len(), &*dead[0].note), (1, "a note"));
    }
    schema.drop().await;
}

/// A copy that claims between the rollback and its record is in its own right.
#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_failed_run_leaves_the_claim_of_a_copy_alone() {
    let Some((schema, stores)) = prepared().await else {
        return;
    };
    for store in stores {
        let transactions = store.transactional(schema.pool.clone());
        let key = new_key();
        let lease = acquired(transactions.claim(&key, &request()).await.unwrap());
        let slot = lease.transaction().unwrap();
        let transaction: PgTransaction = slot.take().unwrap();
        transaction.rollback().await.unwrap();
        let copy = acquired(transactions.claim(&key, &request()).await.unwrap());
        // The transaction of the failed run: it has no claim any more.
        let mut another = transactional::begin(&schema.pool).await.unwrap();
        sqlx::query("select 1")
            .execute(&mut *another)
            .await
            .unwrap();
        let late = Lease::new(key, lease.owner(), lease.epoch(), lease.attempt());
        let late =
            late.with_transaction(TransactionSlot::claimed(another, slot.request().unwrap()));
        assert_eq!(transactions.release(&late).await.unwrap(), LeaseState::Lost);
        let committed = transactions.commit(&copy, None).await.unwrap();
        assert_eq!(committed, Commit::Committed);
    }
    schema.drop().await;
}

/// Each delivery arrives ten times, in any order, and every handler takes a moment.
#[tokio::test(flavor = "multi_thread")]
async fn in_a_storm_of_copies_each_delivery_has_one_effect() {
    let Some((schema, stores)) = prepared().await else {
        return;
    };
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .connect(&schema.url);
    let pool = pool.await.unwrap();
    let keys: Arc<Vec<ReplayKey>> = Arc::new((0..40).map(|_| new_key()).collect());
    for store in stores {
        let mut clients = tokio::task::JoinSet::new();
        for client in 0..10 {
            let (store, pool, keys) = (store.clone(), pool.clone(), Arc::clone(&keys));
            let schema = schema.name.clone();
            clients.spawn(async move {
                for n in 0..keys.len() {
                    let key = &keys[(n * 7 + client * 13) % keys.len()];
                    while !is_handled(&store, &pool, &schema, key).await {
                        tokio::time::sleep(Duration::from_millis(2)).await;
                    }
                }
            });
        }
        clients.join_all().await;
        let different = "select count(distinct key) from {schema}.effect";
        let counts = (schema.number(EFFECTS).await, schema.number(different).await);
        assert_eq!(counts, (40, 40));
    }
    schema.drop().await;
}

/// Runs a delivery. Returns whether the answer is 200.
async fn is_handled(store: &PostgresStore, pool: &PgPool, schema: &str, key: &ReplayKey) -> bool {
    let mut tx = transactional::begin(pool).await.unwrap();
    let Ok(answer) = store.claim_in(&mut tx, key, &request()).await else {
        return false;
    };
    let lease = match answer {
        Claim::Acquired(lease) => lease,
        other => return matches!(other, Claim::Done { .. }),
    };
    effect(schema, &mut tx, key).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    let committed = store.commit_in(&mut tx, &lease, None).await;
    committed.is_ok_and(|c| c == Commit::Committed) && tx.commit().await.is_ok()
}
