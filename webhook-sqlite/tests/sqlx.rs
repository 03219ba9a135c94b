//! The transactional mode over connections of sqlx, beside a store on the same file.

#![cfg(feature = "sqlx")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::num::NonZeroU16;
use std::path::Path;

use common::{DAY, Folder, acquire, handle, is_done, key, request};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, query, query_scalar};
use webhook_core::ordering::{Order, OrderingStore as _, Version, conformance};
use webhook_core::replay::{Claim, Commit, LabelBound, Lease};
use webhook_core::{ReplayStore as _, StoreErrorKind};
use webhook_sqlite::SqliteStore;
use webhook_sqlite::transaction::sqlx::{advance_in, claim_in, commit_in};

const BEGIN: &str = "begin immediate";

async fn application(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true);
    let mut db = options
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await
        .unwrap();
    let table = "create table if not exists paid (n integer) strict";
    query(table).execute(&mut db).await.unwrap();
    db
}

fn acquired(claim: Claim) -> Lease {
    match claim {
        Claim::Acquired(lease) => lease,
        other => panic!("a new key got {other:?}"),
    }
}

async fn pay(transaction: &mut SqliteConnection, n: u64) -> Lease {
    let lease = acquired(claim_in(transaction, &key(n), &request()).await.unwrap());
    query("insert into paid values (1)")
        .execute(transaction)
        .await
        .unwrap();
    lease
}

async fn payments(db: &mut SqliteConnection) -> i64 {
    query_scalar("select count(*) from paid")
        .fetch_one(db)
        .await
        .unwrap()
}

#[tokio::test]
async fn the_record_and_the_effects_are_committed_together() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut db = application(&folder.file()).await;
    let mut transaction = db.begin_with(BEGIN).await.unwrap();
    let lease = pay(&mut transaction, 1).await;
    let commit = commit_in(&mut transaction, &lease, Some(b"pong"))
        .await
        .unwrap();
    assert_eq!(commit, Commit::Committed);
    let commit = commit_in(&mut transaction, &lease, None).await.unwrap();
    assert_eq!(commit, Commit::AlreadyCommitted);
    transaction.commit().await.unwrap();
    assert_eq!(payments(&mut db).await, 1);
    for _ in 0..2 {
        match store.claim(&key(1), &request()).await.unwrap() {
            Claim::Done { answer, .. } => assert_eq!(answer.unwrap(), &b"pong"[..]),
            other => panic!("{other:?}"),
        }
    }
    let mut transaction = db.begin_with(BEGIN).await.unwrap();
    match claim_in(&mut transaction, &key(1), &request())
        .await
        .unwrap()
    {
        Claim::Done { answer, .. } => assert_eq!(answer.unwrap(), &b"pong"[..]),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_rolled_back_transaction_leaves_neither_a_record_nor_an_effect() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut db = application(&folder.file()).await;
    let mut transaction = db.begin_with(BEGIN).await.unwrap();
    let lease = pay(&mut transaction, 1).await;
    let commit = commit_in(&mut transaction, &lease, None).await.unwrap();
    assert_eq!(commit, Commit::Committed);
    transaction.rollback().await.unwrap();
    assert_eq!(payments(&mut db).await, 0);
    let again = acquire(&store, &key(1)).await;
    assert_eq!(again.attempt(), 1);
    assert!(again.epoch() > lease.epoch());
    let mut transaction = db.begin_with(BEGIN).await.unwrap();
    let commit = commit_in(&mut transaction, &lease, None).await.unwrap();
    assert_eq!(commit, Commit::LeaseLost);
}

#[tokio::test]
async fn claims_of_the_store_and_of_transactions_exclude_each_other() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut db = application(&folder.file()).await;
    let lease = acquire(&store, &key(1)).await;
    let released = acquire(&store, &key(2)).await;
    store.release(&released).await.unwrap();
    let mut transaction = db.begin_with(BEGIN).await.unwrap();
    let claim = claim_in(&mut transaction, &key(1), &request())
        .await
        .unwrap();
    assert!(matches!(claim, Claim::InFlight { .. }), "{claim:?}");
    let second = pay(&mut transaction, 2).await;
    assert_eq!(second.attempt(), 2);
    assert!(second.epoch() > released.epoch());
    let commit = commit_in(&mut transaction, &second, None).await.unwrap();
    assert_eq!(commit, Commit::Committed);
    let commit = commit_in(&mut transaction, &lease, None).await.unwrap();
    assert_eq!(commit, Commit::Committed);
    transaction.commit().await.unwrap();
    assert!(is_done(&store, &key(1)).await && is_done(&store, &key(2)).await);
    assert!(handle(&store, &key(3)).await > second.epoch().get());
}

#[tokio::test]
async fn a_group_counts_the_keys_of_transactions() {
    let folder = Folder::new();
    let _store = SqliteStore::open(folder.file()).unwrap();
    let mut db = application(&folder.file()).await;
    let mut request = request();
    request.bound = Some(LabelBound::new(key(9), NonZeroU16::MIN));
    let mut transaction = db.begin_with(BEGIN).await.unwrap();
    let _lease = acquired(claim_in(&mut transaction, &key(2), &request).await.unwrap());
    let claim = claim_in(&mut transaction, &key(3), &request).await.unwrap();
    assert!(matches!(claim, Claim::OverBound), "{claim:?}");
}

#[tokio::test]
async fn what_cannot_be_used_is_an_error_of_its_kind() {
    let folder = Folder::new();
    let mut db = application(&folder.file()).await;
    let error = claim_in(&mut db, &key(1), &request()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{error:?}");
    let store = SqliteStore::open(folder.file()).unwrap();
    handle(&store, &key(1)).await;
    for (sql, kind) in [
        (
            "update webhook_key set owner = x'00'",
            StoreErrorKind::Corrupt,
        ),
        (
            "update webhook_store set version = 2",
            StoreErrorKind::Misconfigured,
        ),
        ("delete from webhook_store", StoreErrorKind::Corrupt),
    ] {
        query("pragma ignore_check_constraints = on")
            .execute(&mut db)
            .await
            .unwrap();
        query(sql).execute(&mut db).await.unwrap();
        let error = claim_in(&mut db, &key(1), &request()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{sql}: {error:?}");
    }
}

#[tokio::test]
async fn a_version_is_raised_with_the_transaction_and_not_without_it() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut db = application(&folder.file()).await;
    let entity = conformance::new_entity();
    let latest = Version::number(7);
    for (version, commits, expected) in [
        (9, false, Order::Fresh),
        (7, true, Order::Fresh),
        (7, true, Order::Same),
        (6, true, Order::Stale { latest }),
    ] {
        let mut transaction = db.begin_with(BEGIN).await.unwrap();
        let order = advance_in(&mut transaction, &entity, Version::number(version), DAY).await;
        assert_eq!(order.unwrap(), expected, "version {version}");
        match commits {
            true => transaction.commit().await.unwrap(),
            false => transaction.rollback().await.unwrap(),
        }
    }
    let order = store.advance(&entity, Version::number(6), DAY).await;
    assert_eq!(order.unwrap(), Order::Stale { latest });
}
