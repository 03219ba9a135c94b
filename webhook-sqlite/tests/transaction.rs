//! The transactional mode: the record and the effects are written together, or not at all.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::num::NonZeroU16;
use std::path::Path;
use std::time::Duration;

use common::{Folder, acquire, handle, is_done, key, request};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use webhook_core::replay::{Claim, Commit, LabelBound, Lease};
use webhook_core::{ReplayStore as _, StoreErrorKind};
use webhook_sqlite::SqliteStore;
use webhook_sqlite::transaction::{claim_in, commit_in};

/// A connection of an application, to the file of a store.
fn application(file: &Path) -> Connection {
    let raw = Connection::open(file).unwrap();
    raw.busy_timeout(Duration::from_secs(5)).unwrap();
    raw.execute_batch("pragma synchronous = full").unwrap();
    raw.execute_batch("create table if not exists paid (n integer) strict")
        .unwrap();
    raw
}

fn begin(raw: &mut Connection) -> Transaction<'_> {
    raw.transaction_with_behavior(TransactionBehavior::Immediate)
        .unwrap()
}

fn acquired(claim: Claim) -> Lease {
    match claim {
        Claim::Acquired(lease) => lease,
        other => panic!("a new key got {other:?}"),
    }
}

/// Pays, in a transaction that has claimed.
fn pay(transaction: &Transaction<'_>, n: u64) -> Lease {
    let lease = acquired(claim_in(transaction, &key(n), &request()).unwrap());
    transaction
        .execute("insert into paid values (?1)", [i64::try_from(n).unwrap()])
        .unwrap();
    lease
}

fn payments(raw: &Connection) -> i64 {
    raw.query_row("select count(*) from paid", [], |row| row.get(0))
        .unwrap()
}

#[tokio::test]
async fn the_record_and_the_effects_are_committed_together() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut raw = application(&folder.file());
    let transaction = begin(&mut raw);
    let lease = pay(&transaction, 1);
    assert_eq!(
        commit_in(&transaction, &lease, Some(b"pong")).unwrap(),
        Commit::Committed
    );
    assert_eq!(
        commit_in(&transaction, &lease, None).unwrap(),
        Commit::AlreadyCommitted
    );
    transaction.commit().unwrap();
    assert_eq!(payments(&raw), 1);
    match store.claim(&key(1), &request()).await.unwrap() {
        Claim::Done { answer, .. } => assert_eq!(answer.unwrap(), &b"pong"[..]),
        other => panic!("{other:?}"),
    }
    let transaction = begin(&mut raw);
    let claim = claim_in(&transaction, &key(1), &request()).unwrap();
    assert!(matches!(claim, Claim::Done { .. }), "{claim:?}");
}

#[tokio::test]
async fn a_rolled_back_transaction_leaves_neither_a_record_nor_an_effect() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut raw = application(&folder.file());
    let transaction = begin(&mut raw);
    let lease = pay(&transaction, 1);
    assert_eq!(
        commit_in(&transaction, &lease, None).unwrap(),
        Commit::Committed
    );
    drop(transaction);
    assert_eq!(payments(&raw), 0);
    let again = acquire(&store, &key(1)).await;
    assert_eq!(again.attempt(), 1);
    // The record that was never written holds nothing for its lease.
    let transaction = begin(&mut raw);
    assert_eq!(
        commit_in(&transaction, &lease, None).unwrap(),
        Commit::LeaseLost
    );
}

#[tokio::test]
async fn claims_of_the_store_and_of_transactions_exclude_each_other() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut raw = application(&folder.file());
    let lease = acquire(&store, &key(1)).await;
    let transaction = begin(&mut raw);
    let claim = claim_in(&transaction, &key(1), &request()).unwrap();
    assert!(matches!(claim, Claim::InFlight { .. }), "{claim:?}");
    // A claim of the store waits for the transaction, and then sees its record.
    let other = pay(&transaction, 2);
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { store.claim(&key(2), &request()).await }
    });
    tokio::task::yield_now().await;
    assert_eq!(
        commit_in(&transaction, &other, None).unwrap(),
        Commit::Committed
    );
    transaction.commit().unwrap();
    let claim = waiting.await.unwrap().unwrap();
    assert!(matches!(claim, Claim::Done { .. }), "{claim:?}");
    assert!(other.epoch() > lease.epoch());
    assert!(handle(&store, &key(3)).await > other.epoch().get());
}

#[tokio::test]
async fn a_claim_of_the_store_is_committed_with_the_effects() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut raw = application(&folder.file());
    let lease = acquire(&store, &key(1)).await;
    let transaction = begin(&mut raw);
    transaction
        .execute("insert into paid values (1)", [])
        .unwrap();
    assert_eq!(
        commit_in(&transaction, &lease, None).unwrap(),
        Commit::Committed
    );
    transaction.commit().unwrap();
    assert!(is_done(&store, &key(1)).await);
    assert_eq!(
        store.commit(&lease, None).await.unwrap(),
        Commit::AlreadyCommitted
    );
}

#[test]
fn a_group_counts_the_keys_of_transactions() {
    let folder = Folder::new();
    let _store = SqliteStore::open(folder.file()).unwrap();
    let mut raw = application(&folder.file());
    let mut request = request();
    request.bound = Some(LabelBound::new(key(9), NonZeroU16::MIN));
    let transaction = begin(&mut raw);
    let _rolled_back = acquired(claim_in(&transaction, &key(1), &request).unwrap());
    drop(transaction);
    let transaction = begin(&mut raw);
    let lease = acquired(claim_in(&transaction, &key(2), &request).unwrap());
    assert_eq!(
        commit_in(&transaction, &lease, None).unwrap(),
        Commit::Committed
    );
    let claim = claim_in(&transaction, &key(3), &request).unwrap();
    assert!(matches!(claim, Claim::OverBound), "{claim:?}");
}

#[tokio::test]
async fn a_transaction_that_has_read_an_earlier_state_is_refused() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut raw = application(&folder.file());
    let transaction = raw.transaction().unwrap();
    transaction
        .query_row("select count(*) from paid", [], |_| Ok(()))
        .unwrap();
    handle(&store, &key(1)).await;
    let error = claim_in(&transaction, &key(1), &request()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
}

#[test]
fn a_file_without_the_tables_is_refused() {
    let folder = Folder::new();
    let mut raw = application(&folder.file());
    let transaction = begin(&mut raw);
    let error = claim_in(&transaction, &key(1), &request()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{error:?}");
    drop(transaction);
    drop(SqliteStore::open(folder.file()).unwrap());
    raw.execute_batch("update webhook_store set version = 2")
        .unwrap();
    let transaction = begin(&mut raw);
    let error = claim_in(&transaction, &key(1), &request()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{error:?}");
}
