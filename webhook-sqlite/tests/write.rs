//! Writes of the application in the transactions of the store.

#![cfg(feature = "inbox")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use common::{Folder, Hand, MINUTE, key, request};
use rusqlite::Connection;
use tokio::task::JoinSet;
use webhook_core::replay::LeaseState;
use webhook_core::{SealedDelivery, StoreError, StoreErrorKind};
use webhook_inbox::{
    Acceptance, Accepted, Action, Change, Ending, InboxTable, JobFilter, JobId, JobLease, JobState,
    Lane, LaneStats, Listed, Pruned, Retention, Stats, Step, StoredJob, TakeRequest, Taken,
    conformance,
};
use webhook_sqlite::{SqliteInbox, SqliteStore, WriteError};

async fn open(folder: &Folder) -> SqliteStore {
    let store = SqliteStore::open(folder.file()).unwrap();
    let table = "create table paid (n integer) strict";
    store.write(|db| db.execute_batch(table)).await.unwrap();
    store
}

fn acceptance(n: u64) -> Acceptance {
    let sealed = SealedDelivery::from_bytes(&b"record"[..]);
    let lane = Lane::default();
    Acceptance::new(key(n), request(), lane, "stripe", sealed, "body".into())
}

async fn accept_and_take(inbox: &SqliteInbox, n: u64) -> JobLease {
    assert_eq!(inbox.accept(&acceptance(n)).await.unwrap(), Accepted::New);
    let request = TakeRequest::new(request().owner, 1, MINUTE);
    inbox.take(&request).await.unwrap().jobs[0].lease
}

async fn state(inbox: &SqliteInbox, id: JobId) -> JobState {
    inbox.find(id).await.unwrap().unwrap().info.state
}

/// What is committed, as another connection sees it.
fn paid(folder: &Folder) -> Vec<i64> {
    let raw = Connection::open(folder.file()).unwrap();
    let mut all = raw.prepare("select n from paid order by n").unwrap();
    let rows = all.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn pay(n: i64) -> impl FnMut(&Connection) -> rusqlite::Result<i64> + Clone + Send + 'static {
    move |db| {
        db.execute("insert into paid values (?1)", [n])?;
        Ok(n)
    }
}

fn lost(mut lease: JobLease) -> JobLease {
    lease.epoch += 1;
    lease
}

/// Ends what is done with a write that writes nothing.
#[derive(Debug)]
struct DoneWith(SqliteInbox);

#[tokio::test]
async fn a_table_whose_jobs_end_with_a_write_keeps_its_promises() {
    for name in conformance::PROMISES {
        let (folder, hand) = (Folder::new(), Hand::new());
        let [a, b] = [(); 2].map(|()| {
            let store = hand.on(SqliteStore::builder(folder.file())).open().unwrap();
            DoneWith(store.inbox())
        });
        let sleep = async |time: Duration| hand.pass(time);
        conformance::promise(name, &a, &b, sleep).await;
    }
}

#[tokio::test]
async fn effects_and_the_end_of_their_job_are_there_together_or_not_at_all() {
    let folder = Folder::new();
    let inbox = open(&folder).await.inbox();
    let lease = accept_and_take(&inbox, 1).await;

    let other = inbox.done_with(&lost(lease), pay(1)).await;
    assert!(matches!(other, Err(WriteError::LeaseLost)), "{other:?}");
    let refused = inbox.done_with(&lease, |db| {
        pay(2)(db)?;
        Err::<(), Box<dyn std::error::Error + Send + Sync>>("no credit".into())
    });
    let refused = refused.await.unwrap_err();
    assert!(matches!(&refused, WriteError::Failed(why) if why.to_string() == "no credit"));
    assert!(paid(&folder).is_empty());
    assert_eq!(state(&inbox, lease.id).await, JobState::Running);

    assert_eq!(inbox.done_with(&lease, pay(3)).await.unwrap(), 3);
    assert_eq!(paid(&folder), [3]);
    assert_eq!(state(&inbox, lease.id).await, JobState::Done);
    // Once more, the effect is not repeated, and the worker's own end changes nothing.
    let again = inbox.done_with(&lease, pay(4)).await;
    assert!(matches!(again, Err(WriteError::LeaseLost)), "{again:?}");
    let settled = inbox.settle(&lease, &Ending::Done).await.unwrap();
    assert_eq!((settled, paid(&folder)), (LeaseState::Held, vec![3]));
}

#[tokio::test]
async fn a_step_and_its_effects_take_place_once() {
    let folder = Folder::new();
    let inbox = open(&folder).await.inbox();
    let lease = accept_and_take(&inbox, 1).await;

    let other = inbox.step_with(&lost(lease), "pay", pay(1)).await;
    assert!(matches!(other, Err(WriteError::LeaseLost)), "{other:?}");
    let large = inbox.step_with(&lease, "pay", |db| {
        pay(2)(db)?;
        Ok::<_, rusqlite::Error>("x".repeat(64 * 1024))
    });
    assert!(matches!(large.await, Err(WriteError::Failed(_))));
    let nameless = inbox.step_with(&lease, "", pay(2)).await.unwrap_err();
    assert!(
        matches!(&nameless, WriteError::Store(error) if error.kind() == StoreErrorKind::Misconfigured),
        "{nameless:?}"
    );
    assert!(paid(&folder).is_empty());
    assert!(inbox.steps(lease.id).await.unwrap().is_empty());

    // A failed one runs again, a done one returns what it returned.
    let failed = Step::failed("pay", "timeout");
    inbox.put_step(&lease, &failed).await.unwrap();
    for n in [3, 4] {
        assert_eq!(inbox.step_with(&lease, "pay", pay(n)).await.unwrap(), 3);
    }
    assert_eq!(paid(&folder), [3]);
    let kept = inbox.steps(lease.id).await.unwrap();
    assert_eq!(kept, [Step::done("pay", &b"3"[..])]);
    let other_type = |_: &Connection| Ok::<_, rusqlite::Error>("a text".to_owned());
    let other_type = inbox.step_with(&lease, "pay", other_type).await;
    assert!(
        matches!(other_type, Err(WriteError::Failed(_))),
        "{other_type:?}"
    );
    assert_eq!(state(&inbox, lease.id).await, JobState::Running);
}

/// Panics, errors and attempts to end the transaction among writes that are as they should be, all
/// of them at once, so that they share transactions.
#[tokio::test]
async fn a_write_that_misbehaves_harms_no_other() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let inbox = store.inbox();
    let mut tasks = JoinSet::new();
    for n in 0..400_u64 {
        let (store, inbox) = (store.clone(), inbox.clone());
        tasks.spawn(async move {
            let number = i64::try_from(n).unwrap();
            let with = |statement: &'static str| {
                store.write(move |db| {
                    pay(number)(db)?;
                    db.execute_batch(statement)?;
                    pay(number)(db)
                })
            };
            let failed = match common::mixed(n) % 8 {
                0 => with("commit").await.unwrap_err(),
                1 => with("rollback").await.unwrap_err(),
                2 => with("commit; begin").await.unwrap_err(),
                3 => with("insert into nowhere values (1)").await.unwrap_err(),
                4 => {
                    let panics = store.write(move |db| -> rusqlite::Result<()> {
                        pay(number)(db)?;
                        panic!("on purpose")
                    });
                    let panics = caught(panics).await.unwrap_err();
                    assert_eq!(panics.downcast_ref(), Some(&"on purpose"));
                    return None;
                }
                5 => {
                    assert_eq!(inbox.accept(&acceptance(n)).await.unwrap(), Accepted::New);
                    return None;
                }
                _ => {
                    store.write(pay(number)).await.unwrap();
                    return Some(number);
                }
            };
            let is_refused = match &failed {
                WriteError::Failed(_) => true,
                WriteError::Store(error) => error.kind() == StoreErrorKind::Misconfigured,
                _ => false,
            };
            assert!(is_refused, "{failed:?}");
            None
        });
    }
    let mut expected: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    expected.sort_unstable();
    assert_eq!(paid(&folder), expected);
    let accepted = (0..400).filter(|n| common::mixed(*n) % 8 == 5).count();
    let jobs = inbox.list(&JobFilter::default(), None, 1000).await.unwrap();
    assert_eq!(jobs.jobs.len(), accepted);
    assert!(accepted > 0 && !expected.is_empty());
}

/// A write runs again if another one of its transaction fails, and counts once.
#[tokio::test]
async fn a_write_that_runs_again_counts_once() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let runs = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for n in 0..200 {
        let (store, runs) = (store.clone(), runs.clone());
        tasks.spawn(async move {
            if n % 50 == 49 {
                let ends = store.write(|db| db.execute_batch("rollback")).await;
                return assert!(ends.is_err());
            }
            let mut write = pay(n);
            let counted = move |db: &Connection| {
                runs.fetch_add(1, Relaxed);
                write(db)
            };
            store.write(counted).await.unwrap();
        });
    }
    tasks.join_all().await;
    let expected: Vec<_> = (0..200).filter(|n| n % 50 != 49).collect();
    assert_eq!(paid(&folder), expected);
    assert!(runs.load(Relaxed) >= expected.len());
}

/// What a future ends with, if it panics.
async fn caught<F: Future>(future: F) -> std::thread::Result<F::Output> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(move |cx| {
        let poll = std::panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        match poll {
            Ok(poll) => poll.map(Ok),
            Err(payload) => std::task::Poll::Ready(Err(payload)),
        }
    })
    .await
}

impl InboxTable for DoneWith {
    async fn settle(&self, lease: &JobLease, ending: &Ending) -> Result<LeaseState, StoreError> {
        if !matches!(ending, Ending::Done) {
            return self.0.settle(lease, ending).await;
        }
        let nothing = |_: &Connection| Ok::<_, rusqlite::Error>(());
        match self.0.done_with(lease, nothing).await {
            Ok(()) => Ok(LeaseState::Held),
            // It may have been ended by this lease before.
            Err(WriteError::LeaseLost) => self.0.settle(lease, ending).await,
            Err(WriteError::Store(error)) => Err(error),
            Err(other) => panic!("{other:?}"),
        }
    }

    async fn accept(&self, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
        self.0.accept(acceptance).await
    }

    async fn take(&self, request: &TakeRequest) -> Result<Taken, StoreError> {
        self.0.take(request).await
    }

    async fn renew(&self, lease: &JobLease, by: Duration) -> Result<LeaseState, StoreError> {
        self.0.renew(lease, by).await
    }

    async fn change(&self, ids: &[JobId], change: Change, by: &Action) -> Result<u64, StoreError> {
        self.0.change(ids, change, by).await
    }

    async fn steps(&self, id: JobId) -> Result<Vec<Step>, StoreError> {
        self.0.steps(id).await
    }

    async fn put_step(&self, lease: &JobLease, step: &Step) -> Result<LeaseState, StoreError> {
        self.0.put_step(lease, step).await
    }

    async fn find(&self, id: JobId) -> Result<Option<StoredJob>, StoreError> {
        self.0.find(id).await
    }

    async fn list(
        &self,
        filter: &JobFilter,
        after: Option<JobId>,
        at_most: usize,
    ) -> Result<Listed, StoreError> {
        self.0.list(filter, after, at_most).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.0.stats().await
    }

    async fn lanes(
        &self,
        after: Option<&Lane>,
        at_most: usize,
    ) -> Result<Vec<LaneStats>, StoreError> {
        self.0.lanes(after, at_most).await
    }

    async fn prune(&self, retention: &Retention, at_most: usize) -> Result<Pruned, StoreError> {
        self.0.prune(retention, at_most).await
    }
}
