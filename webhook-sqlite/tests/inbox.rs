//! Deliveries that are stored before they are acknowledged, in the file of a store.

#![cfg(feature = "inbox")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use common::{DAY, Folder, Hand, MINUTE, acquire, handle, key, request};
use rusqlite::TransactionBehavior::Immediate;
use webhook_core::replay::{Claim, ClaimRequest, LeaseState};
use webhook_core::{ReplayKey, ReplayStore as _, SealedDelivery};
use webhook_inbox::{
    Acceptance, Accepted, Ending, InboxTable as _, JobFilter, JobLease, JobState, Lane, Step,
    TakeRequest, conformance,
};
use webhook_sqlite::transaction::{done_in, put_step_in};
use webhook_sqlite::{SqliteInbox, SqliteStore};

fn open(hand: &Hand, folder: &Folder) -> SqliteStore {
    hand.on(SqliteStore::builder(folder.file())).open().unwrap()
}

fn acceptance(key: &ReplayKey, request: ClaimRequest) -> Acceptance {
    let sealed = SealedDelivery::from_bytes(&b"record"[..]);
    let body = "body".into();
    Acceptance::new(*key, request, Lane::default(), "stripe", sealed, body)
}

async fn accept(inbox: &SqliteInbox, key: &ReplayKey) -> Accepted {
    inbox.accept(&acceptance(key, request())).await.unwrap()
}

/// Two stores on one file: each has its own connection and its own thread, as two processes have.
#[tokio::test]
async fn the_table_keeps_its_promises() {
    for name in conformance::PROMISES {
        let (folder, hand) = (Folder::new(), Hand::new());
        let [a, b] = [(); 2].map(|()| open(&hand, &folder).inbox());
        let sleep = async |time: Duration| hand.pass(time);
        conformance::promise(name, &a, &b, sleep).await;
    }
}

#[tokio::test]
async fn the_table_answers_as_the_model() {
    let steps = std::env::var("MODEL_STEPS").map(|number| number.parse().unwrap());
    for seed in [1, 20_270_115, 7] {
        let (folder, hand) = (Folder::new(), Hand::new());
        let table = open(&hand, &folder).inbox();
        let sleep = async |time: Duration| hand.pass(time);
        conformance::model(&table, sleep, steps.clone().unwrap_or(600), seed).await;
    }
}

/// An application may begin with handlers that run at once, and go durable later.
#[tokio::test]
async fn the_keys_are_those_of_the_store() {
    let (folder, hand) = (Folder::new(), Hand::new());
    let store = open(&hand, &folder);
    let inbox = store.inbox();
    handle(&store, &key(1)).await;
    let stored = Accepted::Stored { same_payload: true };
    assert_eq!(accept(&inbox, &key(1)).await, stored);
    let lease = acquire(&store, &key(2)).await;
    let busy = accept(&inbox, &key(2)).await;
    let retry_after = MINUTE;
    assert_eq!(busy, Accepted::BeingStored { retry_after });
    store.release(&lease).await.unwrap();
    assert_eq!(accept(&inbox, &key(2)).await, Accepted::New);
    let lease = acquire(&store, &key(3)).await;
    store.bury(&lease, "poison").await.unwrap();
    assert_eq!(accept(&inbox, &key(3)).await, Accepted::Dead);
    let _abandoned = acquire(&store, &key(4)).await;
    hand.pass(MINUTE);
    assert_eq!(accept(&inbox, &key(4)).await, Accepted::New);
    // And the other way round.
    let claim = store.claim(&key(2), &request()).await.unwrap();
    assert!(matches!(claim, Claim::Done { .. }), "{claim:?}");
    let jobs = inbox.list(&JobFilter::default(), None, 10).await.unwrap();
    let keys: Vec<_> = jobs.jobs.iter().map(|job| job.key).collect();
    assert_eq!(keys, [key(2), key(4)]);
}

#[tokio::test]
async fn what_was_accepted_is_there_after_a_restart() {
    let (folder, hand) = (Folder::new(), Hand::new());
    let store = open(&hand, &folder);
    for n in 0..300 {
        assert_eq!(accept(&store.inbox(), &key(n)).await, Accepted::New);
    }
    drop(store);
    common::wait_until_closed(&folder.file());
    let inbox = open(&hand, &folder).inbox();
    let owner = request().owner;
    let taken = inbox.take(&TakeRequest::new(owner, 1000, DAY)).await;
    let taken = taken.unwrap();
    assert_eq!(taken.jobs.len(), 300);
    assert!(taken.jobs.iter().all(|job| *job.body == *b"body"));
}

async fn accept_and_take(store: &SqliteStore, n: u64) -> JobLease {
    assert_eq!(accept(&store.inbox(), &key(n)).await, Accepted::New);
    let request = TakeRequest::new(request().owner, 1, MINUTE);
    store.inbox().take(&request).await.unwrap().jobs[0].lease
}

/// A worker with the system's clock: so is that of a transaction.
#[tokio::test]
async fn a_job_and_a_step_are_done_in_the_transaction_of_their_effects() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let lease = accept_and_take(&store, 1).await;
    let mut db = rusqlite::Connection::open(folder.file()).unwrap();
    db.execute_batch("create table paid (n integer) strict")
        .unwrap();
    let (first, again) = (
        Step::done("charge", &b"1"[..]),
        Step::done("charge", &b"2"[..]),
    );
    // Without the COMMIT, nothing is kept.
    for (commits, step, expected) in [
        (false, &first, LeaseState::Held),
        (true, &first, LeaseState::Held),
        (false, &again, LeaseState::Lost),
    ] {
        let transaction = db.transaction_with_behavior(Immediate).unwrap();
        transaction
            .execute("insert into paid values (1)", [])
            .unwrap();
        assert_eq!(put_step_in(&transaction, &lease, step).unwrap(), expected);
        match commits {
            true => transaction.commit().unwrap(),
            false => transaction.rollback().unwrap(),
        }
    }
    assert_eq!(store.inbox().steps(lease.id).await.unwrap(), [first]);
    let mut lost = lease;
    lost.epoch += 1;
    for (lease, expected) in [(lost, LeaseState::Lost), (lease, LeaseState::Held)] {
        let transaction = db.transaction_with_behavior(Immediate).unwrap();
        transaction
            .execute("insert into paid values (2)", [])
            .unwrap();
        let found = done_in(&transaction, &lease).unwrap();
        assert_eq!(found, expected);
        match found {
            LeaseState::Held => transaction.commit().unwrap(),
            _ => transaction.rollback().unwrap(),
        }
    }
    let found = store.inbox().find(lease.id).await.unwrap().unwrap();
    assert_eq!(found.info.state, JobState::Done);
    assert!(found.info.ended_at.is_some(), "it will be pruned");
    let done = store.inbox().settle(&lease, &Ending::Done).await.unwrap();
    assert_eq!(done, LeaseState::Held);
    let paid = "select count(*) from paid";
    let paid: i64 = db.query_row(paid, [], |row| row.get(0)).unwrap();
    assert_eq!(paid, 2);
}

/// Over connections of sqlx: the same answers.
#[cfg(feature = "sqlx")]
#[tokio::test]
async fn a_job_and_a_step_are_done_in_a_transaction_of_sqlx() {
    use sqlx::Connection as _;
    use webhook_sqlite::transaction::sqlx::{done_in, put_step_in};

    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let lease = accept_and_take(&store, 1).await;
    let url = format!("sqlite:{}", folder.file().display());
    let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let failed = Step::failed("charge", "timeout");
    let done = Step::done("charge", &b"1"[..]);
    for (commits, step, expected) in [
        (true, &failed, LeaseState::Held),
        (false, &done, LeaseState::Held),
        (true, &done, LeaseState::Held),
        (false, &failed, LeaseState::Lost),
    ] {
        let mut transaction = db.begin_with("begin immediate").await.unwrap();
        let put = put_step_in(&mut transaction, &lease, step).await.unwrap();
        assert_eq!(put, expected, "{step:?}");
        match commits {
            true => transaction.commit().await.unwrap(),
            false => transaction.rollback().await.unwrap(),
        }
    }
    assert_eq!(store.inbox().steps(lease.id).await.unwrap(), [done]);
    let mut lost = lease;
    lost.epoch += 1;
    let mut transaction = db.begin_with("begin immediate").await.unwrap();
    for (lease, expected) in [
        (lost, LeaseState::Lost),
        (lease, LeaseState::Held),
        (lease, LeaseState::Held),
    ] {
        let found = done_in(&mut transaction, &lease).await.unwrap();
        assert_eq!(found, expected);
    }
    let put = put_step_in(&mut transaction, &lease, &Step::skipped("mail")).await;
    assert_eq!(put.unwrap(), LeaseState::Lost, "the claim has ended");
    transaction.commit().await.unwrap();
    let found = store.inbox().find(lease.id).await.unwrap().unwrap();
    assert_eq!(found.info.state, JobState::Done);
}
