//! Deliveries that are stored before they are acknowledged, in the file of a store.

#![cfg(feature = "inbox")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use common::{DAY, Folder, Hand, MINUTE, acquire, handle, key, request};
use webhook_core::replay::{Claim, ClaimRequest};
use webhook_core::{ReplayKey, ReplayStore as _, SealedDelivery};
use webhook_inbox::{
    Acceptance, Accepted, InboxTable as _, JobFilter, Lane, TakeRequest, conformance,
};
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
