//! Futures that are dropped at any await leave nothing half done, and the connection to the next
//! operation.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use common::{Folder, MINUTE, acquire, is_done, key, request};
use rusqlite::Connection;
use webhook_core::ReplayStore as _;
use webhook_core::replay::{Claim, Commit, Lease, LeaseState, TransactionSlot};
use webhook_sqlite::{SqliteStore, SqliteTransaction, SqliteTransactions};

const ROUNDS: u64 = 1000;

/// Polls a future at most `times`, each time after it has asked for that, and drops it. Returns its
/// output if it has ended.
async fn poll_and_drop<F: Future>(future: F, times: u64) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(move |cx| {
        if polls == times {
            return Poll::Ready(None);
        }
        polls += 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if polls == times => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_verb_took_place_or_not_and_the_next_one_says_which() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut dropped = 0;
    for round in 0..ROUNDS {
        let (key, request, polls) = (key(round), request(), round / 5 % 3);
        let is_dropped = match round % 5 {
            0 => {
                let claimed = poll_and_drop(store.claim(&key, &request), polls).await;
                // Its owner asks again, and has the same claim.
                let again = store.claim(&key, &request).await.unwrap();
                assert!(matches!(again, Claim::Acquired(lease) if lease.attempt() == 1));
                claimed.is_none()
            }
            1 => {
                let lease = acquire(&store, &key).await;
                let committed = poll_and_drop(store.commit(&lease, Some(b"a")), polls).await;
                let again = store.commit(&lease, None).await.unwrap();
                assert_ne!(again, Commit::LeaseLost, "round {round}");
                assert!(is_done(&store, &key).await);
                committed.is_none()
            }
            2 => {
                let lease = acquire(&store, &key).await;
                let released = poll_and_drop(store.release(&lease), polls).await;
                store.release(&lease).await.unwrap();
                assert_eq!(acquire(&store, &key).await.attempt(), 2, "round {round}");
                released.is_none()
            }
            3 => {
                let lease = acquire(&store, &key).await;
                let renewed = poll_and_drop(store.renew(&lease, MINUTE), polls).await;
                let again = store.renew(&lease, MINUTE).await.unwrap();
                assert_eq!(again, LeaseState::Held, "round {round}");
                renewed.is_none()
            }
            _ => {
                let lease = acquire(&store, &key).await;
                let buried = poll_and_drop(store.bury(&lease, "note"), polls).await;
                store.bury(&lease, "note").await.unwrap();
                let answer = store.claim(&key, &request).await.unwrap();
                assert!(matches!(answer, Claim::Dead { .. }), "round {round}");
                buried.is_none()
            }
        };
        dropped += u64::from(is_dropped);
    }
    assert!(dropped > ROUNDS / 4, "only {dropped} futures were dropped");
}

/// A file with the store's tables and the application's.
fn transactions(folder: &Folder) -> (SqliteTransactions, Connection) {
    let store = SqliteStore::open(folder.file()).unwrap();
    let raw = Connection::open(folder.file()).unwrap();
    let table = "create table effect (n integer not null) strict";
    raw.execute_batch(table).unwrap();
    (store.transactional().unwrap(), raw)
}

/// Claims with a new owner, and writes the effect. `None`: it is done.
async fn begin(store: &SqliteTransactions, n: u64) -> Option<Lease> {
    let lease = match store.claim(&key(n), &request()).await.unwrap() {
        Claim::Acquired(lease) => lease,
        Claim::Done { .. } => return None,
        other => panic!("key {n} got {other:?}"),
    };
    let slot = lease.transaction().unwrap();
    let transaction: SqliteTransaction = slot.take().unwrap();
    let n = i64::try_from(n).unwrap();
    let insert = transaction.execute("insert into effect values (?1)", [n]);
    assert_eq!(insert.unwrap(), 1);
    let again = Lease::new(*lease.key(), lease.owner(), lease.epoch(), lease.attempt());
    Some(again.with_transaction(TransactionSlot::claimed(transaction, slot.request()?)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_verb_of_a_transaction_leaves_record_and_effect_together_or_neither() {
    let folder = Folder::new();
    let (store, raw) = transactions(&folder);
    let (mut committed, mut rolled_back) = (0, 0);
    for round in 0..ROUNDS / 4 {
        let (key, request, polls) = (key(round), request(), round / 3 % 3);
        match round % 3 {
            0 => drop(poll_and_drop(store.claim(&key, &request), polls).await),
            1 => {
                let lease = begin(&store, round).await.unwrap();
                poll_and_drop(store.commit(&lease, None), polls).await;
            }
            _ => {
                let lease = begin(&store, round).await.unwrap();
                poll_and_drop(store.release(&lease), polls).await;
            }
        }
        // The transaction is over, or comes to its end: the next one has its turn.
        match begin(&store, round).await {
            Some(lease) => {
                rolled_back += 1;
                assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
            }
            None => committed += 1,
        }
        let count = "select count(*) from effect where n = ?1";
        let n = i64::try_from(round).unwrap();
        let effects: i64 = raw.query_row(count, [n], |row| row.get(0)).unwrap();
        assert_eq!(effects, 1, "round {round}");
    }
    assert!(
        committed > 0 && rolled_back > 0,
        "{committed}, {rolled_back}"
    );
}
