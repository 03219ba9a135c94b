//! The versions of objects in SQLite.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use common::{DAY, Folder, Hand};
use rusqlite::{Connection, TransactionBehavior};
use webhook_core::ReplayStore as _;
use webhook_core::ordering::{Order, OrderingStore as _, Version, conformance};
use webhook_sqlite::SqliteStore;
use webhook_sqlite::transaction::advance_in;

#[tokio::test]
async fn the_store_keeps_its_promises() {
    let (folder, hand) = (Folder::new(), Hand::new());
    let open = || hand.on(SqliteStore::builder(folder.file())).open().unwrap();
    let (one, other) = (open(), open());
    conformance::all_with(&one, &other, async |time: Duration| hand.pass(time)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_race_get_the_answers_of_one_order() {
    let folder = Folder::new();
    let stores = [(); 2].map(|()| SqliteStore::open(folder.file()).unwrap());
    let entity = conformance::new_entity();
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..8_u64 {
        let store = stores[usize::from(task % 2 == 0)].clone();
        tasks.spawn(async move {
            let mut answers = Vec::new();
            for n in 0..20 {
                let version = (n * 7919 + task * 13) % 100;
                let order = store.advance(&entity, Version::number(version), DAY).await;
                answers.push((version, order.unwrap()));
            }
            answers
        });
    }
    let answers: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(answers.len(), 160);
    conformance::assert_a_race_had_one_order(&answers);
}

#[tokio::test]
async fn a_rollback_leaves_the_version_as_it_was_and_a_commit_raises_it() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut raw = Connection::open(folder.file()).unwrap();
    raw.busy_timeout(Duration::from_secs(5)).unwrap();
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
        let transaction = raw.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = transaction.unwrap();
        let order = advance_in(&transaction, &entity, Version::number(version), DAY);
        assert_eq!(order.unwrap(), expected, "version {version}");
        match commits {
            true => transaction.commit().unwrap(),
            false => transaction.rollback().unwrap(),
        }
    }
    let order = store
        .advance(&entity, Version::number(6), DAY)
        .await
        .unwrap();
    assert_eq!(order, Order::Stale { latest });
}

#[tokio::test]
async fn a_sweep_removes_the_versions_that_have_expired_and_no_others() {
    let (folder, hand) = (Folder::new(), Hand::new());
    let builder = SqliteStore::builder(folder.file()).without_purge();
    let store = hand.on(builder).open().unwrap();
    for days in [1, 1, 3] {
        let entity = conformance::new_entity();
        let order = store.advance(&entity, Version::number(1), DAY * days).await;
        assert_eq!(order.unwrap(), Order::Fresh);
    }
    hand.pass(DAY * 2);
    assert_eq!(store.sweep(100).await.unwrap().removed, 2);
    let raw = Connection::open(folder.file()).unwrap();
    let count = "select count(*) from webhook_entity";
    let left: i64 = raw.query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 1);
}
