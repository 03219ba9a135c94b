//! The writer: its queue, its time limit, its end, and what it does between batches.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Waker};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use common::{DAY, Folder, Hand, MINUTE, acquire, handle, is_done, key, request};
use rusqlite::Connection;
use tokio::task::JoinSet;
use webhook_core::replay::{Claim, Commit, FindingKind, LeaseState};
use webhook_core::{ReplayStore as _, StoreErrorKind};
use webhook_sqlite::{SqliteStore, SqliteStoreBuilder};

/// A clock that the writer waits for while the gate is closed.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn on(&self, builder: SqliteStoreBuilder) -> SqliteStoreBuilder {
        let gate = self.clone();
        builder.clock(move || {
            let (is_closed, opens) = &*gate.0;
            let opened = opens.wait_while(is_closed.lock().unwrap(), |is_closed| *is_closed);
            drop(opened.unwrap());
            SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
        })
    }

    fn close(&self) {
        *self.0.0.lock().unwrap() = true;
    }

    fn open(&self) {
        *self.0.0.lock().unwrap() = false;
        self.0.1.notify_all();
    }
}

/// Polls a future once, so that its operation is queued.
fn begin<F: Future>(future: F) {
    let mut cx = Context::from_waker(Waker::noop());
    assert!(pin!(future).poll(&mut cx).is_pending());
}

fn count(file: &std::path::Path, what: &str) -> i64 {
    let sql = format!("select count(*) from {what}");
    let raw = Connection::open(file).unwrap();
    raw.query_row(&sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_full_queue_refuses_claims_at_once_and_takes_commits_for_longer() {
    let (folder, gate) = (Folder::new(), Gate::default());
    let builder = gate.on(SqliteStore::builder(folder.file()).queue(4).without_purge());
    let store = builder.open().unwrap();
    let lease = acquire(&store, &key(0)).await;

    gate.close();
    let mut queued = 0;
    let refused = loop {
        let (key, request) = (key(queued + 1), request());
        let mut claim = Box::pin(store.claim(&key, &request));
        let mut cx = Context::from_waker(Waker::noop());
        if let std::task::Poll::Ready(answer) = claim.as_mut().poll(&mut cx) {
            break answer.unwrap_err();
        }
        queued += 1;
        assert!(queued < 100, "the queue takes everything");
    };
    assert_eq!(refused.kind(), StoreErrorKind::Unavailable);
    let cause = std::error::Error::source(&refused).unwrap().to_string();
    assert_eq!(cause, "too many operations wait for SQLite");
    // Four in the queue, and one or more that the writer has taken.
    assert!(queued >= 4);
    begin(store.commit(&lease, None));
    gate.open();
    assert_eq!(
        store.commit(&lease, None).await.unwrap(),
        Commit::AlreadyCommitted
    );
}

#[tokio::test]
async fn an_operation_that_the_disk_does_not_answer_ends_in_time() {
    let (folder, gate) = (Folder::new(), Gate::default());
    let store = gate.on(SqliteStore::builder(folder.file())).open().unwrap();
    handle(&store, &key(1)).await;
    gate.close();
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for n in 1..20 {
        let store = store.clone();
        tasks.spawn(async move { store.claim(&key(n), &request()).await.unwrap_err().kind() });
    }
    for kind in tasks.join_all().await {
        assert_eq!(kind, StoreErrorKind::Timeout);
    }
    assert!(begin.elapsed() >= Duration::from_secs(2));
    gate.open();
    // What had its answer before it ran does not run afterwards.
    assert!(is_done(&store, &key(1)).await);
    let _lease = acquire(&store, &key(19)).await;
}

#[tokio::test]
async fn a_lock_that_another_connection_keeps_is_an_error_in_time_and_not_for_ever() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    handle(&store, &key(1)).await;
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute_batch("begin immediate").unwrap();
    let begin = Instant::now();
    let error = store.claim(&key(2), &request()).await.unwrap_err();
    // SQLite gives up after its time, and on a busy machine the caller may do so before that.
    let kinds = [StoreErrorKind::Unavailable, StoreErrorKind::Timeout];
    assert!(kinds.contains(&error.kind()), "{error:?}");
    assert!(begin.elapsed() >= Duration::from_secs(2));
    raw.execute_batch("rollback").unwrap();
    let _lease = acquire(&store, &key(2)).await;
}

#[tokio::test]
async fn a_lock_that_is_given_back_in_time_is_waited_for() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute_batch("begin immediate").unwrap();
    begin(store.claim(&key(1), &request()));
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { acquire(&store, &key(2)).await }
    });
    tokio::task::yield_now().await;
    raw.execute_batch("commit").unwrap();
    assert_eq!(waiting.await.unwrap().attempt(), 1);
}

#[tokio::test]
async fn a_panic_in_the_writer_fails_its_batch_and_no_later_one() {
    let folder = Folder::new();
    let panics = Arc::new(AtomicBool::new(false));
    let clock = panics.clone();
    let builder = SqliteStore::builder(folder.file()).without_purge();
    let builder = builder.clock(move || match clock.swap(false, SeqCst) {
        true => panic!("the clock is broken"),
        false => SystemTime::now().duration_since(UNIX_EPOCH).unwrap(),
    });
    let store = builder.open().unwrap();
    handle(&store, &key(1)).await;
    for n in 2..5 {
        panics.store(true, SeqCst);
        let error = store.claim(&key(n), &request()).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Timeout);
        assert!(is_done(&store, &key(1)).await);
        let lease = acquire(&store, &key(n)).await;
        assert_eq!(lease.attempt(), 1, "nothing of the batch was written");
    }
}

#[tokio::test]
async fn what_was_queued_is_written_after_the_last_handle_is_gone() {
    let (folder, gate) = (Folder::new(), Gate::default());
    let store = gate.on(SqliteStore::builder(folder.file())).open().unwrap();
    let lease = acquire(&store, &key(1)).await;
    gate.close();
    begin(store.commit(&lease, Some(b"pong")));
    for n in 2..50 {
        begin(store.claim(&key(n), &request()));
    }
    drop(store);
    gate.open();
    common::wait_until_closed(&folder.file());
    let store = SqliteStore::open(folder.file()).unwrap();
    assert!(is_done(&store, &key(1)).await);
    assert_eq!(count(&folder.file(), "webhook_key where state = 0"), 48);
}

#[tokio::test]
async fn expired_records_and_counts_are_removed_without_a_call() {
    let (folder, hand) = (Folder::new(), Hand::new());
    let builder = SqliteStore::builder(folder.file()).purge_every(Duration::ZERO);
    let store = hand.on(builder).open().unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..1000 {
        let store = store.clone();
        tasks.spawn(async move { handle(&store, &key(n)).await });
    }
    tasks.join_all().await;
    let mut bounded = request();
    bounded.bound = Some(webhook_core::replay::LabelBound::new(
        key(5000),
        std::num::NonZeroU16::MIN,
    ));
    store.claim(&key(5001), &bounded).await.unwrap();
    let mut kept = request();
    kept.retain = 3 * DAY;
    let Claim::Acquired(kept) = store.claim(&key(6000), &kept).await.unwrap() else {
        panic!("a new key is acquired");
    };
    store.commit(&kept, None).await.unwrap();
    hand.pass(DAY);
    let begin = Instant::now();
    while count(&folder.file(), "webhook_key") + count(&folder.file(), "webhook_group") > 1 {
        assert!(begin.elapsed() < MINUTE, "expired records are still there");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(is_done(&store, kept.key()).await);
}

#[tokio::test]
async fn a_store_without_purge_keeps_expired_records_until_it_is_swept() {
    let (folder, hand) = (Folder::new(), Hand::new());
    let store = hand
        .on(SqliteStore::builder(folder.file()).without_purge())
        .open()
        .unwrap();
    for n in 0..250 {
        begin(store.claim(&key(n), &request()));
    }
    handle(&store, &key(1000)).await;
    hand.pass(2 * DAY);
    handle(&store, &key(1001)).await;
    assert_eq!(count(&folder.file(), "webhook_key"), 252);
    let swept = store.sweep(240).await.unwrap();
    assert_eq!((swept.removed, swept.more), (240, true));
    let swept = store.sweep(240).await.unwrap();
    assert_eq!((swept.removed, swept.more), (11, false));
    assert_eq!(count(&folder.file(), "webhook_key"), 1);
}

#[tokio::test]
async fn a_clock_that_is_set_back_takes_no_epoch_back_and_is_found() {
    let (folder, hand) = (Folder::new(), Hand::new());
    let open = || hand.on(SqliteStore::builder(folder.file())).open().unwrap();
    let store = open();
    assert_eq!(store.check().await.unwrap(), []);
    let mut last = handle(&store, &key(1)).await;
    hand.set_back(DAY);
    store.forget(&key(1)).await.unwrap();
    for n in 1..5 {
        let epoch = handle(&store, &key(n)).await;
        assert!(epoch > last, "{epoch} after {last}");
        last = epoch;
    }
    let findings = store.check().await.unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].what, FindingKind::ClockSkew);
    drop(store);
    common::wait_until_closed(&folder.file());
    hand.set_back(DAY);
    let store = open();
    store.forget(&key(1)).await.unwrap();
    assert!(handle(&store, &key(1)).await > last);
}

#[tokio::test]
async fn tables_that_another_program_migrates_stop_the_store() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let lease = acquire(&store, &key(1)).await;
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute_batch("update webhook_store set version = 2")
        .unwrap();
    let error = store.commit(&lease, None).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
    let findings = store.check().await.unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].what, FindingKind::SchemaVersion);
    raw.execute_batch("update webhook_store set version = 1")
        .unwrap();
    assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
    raw.execute_batch("drop table webhook_key").unwrap();
    let error = store.claim(&key(1), &request()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
}

#[tokio::test]
async fn the_log_stays_short() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut longest = 0;
    for round in 0..40 {
        let mut tasks = JoinSet::new();
        for n in 0..256 {
            let store = store.clone();
            tasks.spawn(async move {
                let lease = acquire(&store, &key(round * 256 + n)).await;
                store.commit(&lease, Some(&[7; 4096])).await.unwrap()
            });
        }
        for commit in tasks.join_all().await {
            assert_eq!(commit, Commit::Committed);
        }
        let log = fs::metadata(format!("{}-wal", folder.file().display())).unwrap();
        longest = longest.max(log.len());
    }
    println!("the log had at most {} MiB", longest >> 20);
    // 64 MiB, and a batch.
    assert!(longest > 2 << 20 && longest < 72 << 20, "{longest}");
    drop(store);
    common::wait_until_closed(&folder.file());
    assert!(fs::metadata(folder.file()).unwrap().len() > 40 << 20);
}

#[tokio::test]
async fn a_reader_that_keeps_the_log_long_does_not_stop_the_store() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let reader = Connection::open(folder.file()).unwrap();
    reader.execute_batch("begin").unwrap();
    assert_eq!(
        reader.query_row("select count(*) from webhook_key", [], |row| row.get(0)),
        Ok(0)
    );
    let log = || {
        fs::metadata(format!("{}-wal", folder.file().display()))
            .unwrap()
            .len()
    };
    let fill = async |begin: u64| {
        for round in 0..20 {
            let mut tasks = JoinSet::new();
            for n in 0..100 {
                let (store, key) = (store.clone(), key(begin + round * 100 + n));
                tasks.spawn(async move {
                    let lease = acquire(&store, &key).await;
                    store.commit(&lease, Some(&[7; 16384])).await.unwrap()
                });
            }
            tasks.join_all().await;
        }
    };
    fill(0).await;
    let kept = log();
    assert!(kept > 24 << 20, "{kept}");
    reader.execute_batch("commit").unwrap();
    fill(10_000).await;
    fill(20_000).await;
    handle(&store, &key(30_000)).await;
    assert!(log() < 72 << 20, "{} after {kept}", log());
}

#[tokio::test]
async fn a_lost_lease_writes_nothing() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let lease = acquire(&store, &key(1)).await;
    store.forget(&key(1)).await.unwrap();
    let renewed = store.renew(&lease, MINUTE).await.unwrap();
    assert_eq!(renewed, LeaseState::Lost);
    assert_eq!(count(&folder.file(), "webhook_key"), 0);
}

#[tokio::test]
async fn durations_of_any_length_are_kept() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut longest = request();
    (longest.lease, longest.retain) = (Duration::MAX, Duration::MAX);
    let Claim::Acquired(lease) = store.claim(&key(1), &longest).await.unwrap() else {
        panic!("a new key is acquired");
    };
    assert_eq!(
        store.renew(&lease, Duration::MAX).await.unwrap(),
        LeaseState::Held
    );
    assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
    assert!(is_done(&store, &key(1)).await);
    let mut shortest = request();
    (shortest.lease, shortest.retain) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..2 {
        let claim = store.claim(&key(2), &shortest).await.unwrap();
        assert!(matches!(claim, Claim::Acquired(_)), "{claim:?}");
    }
}
