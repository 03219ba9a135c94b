//! A table that fails.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::sleep;
use webhook_core::replay::LeaseState;
use webhook_core::{Endpoint, EndpointBuilder, LostLease, StoreError, StoreErrorKind};
use webhook_inbox::{
    Acceptance, Accepted, Action, Change, Ending, Inbox, InboxTable, JobFilter, JobId, JobLease,
    JobState, Lane, LaneStats, Listed, MemoryInbox, Pruned, Retention, Stats, Step, StoredJob,
    TakeRequest, Taken,
};
use webhook_worker::{Consumed, Worker};

use crate::bench::{
    SECOND, SECRET, Seen, done, durable, keys, memory, only, send, until, until_all,
};

/// A table whose calls fail as often as it is told.
#[derive(Clone, Debug)]
struct Faulty {
    table: MemoryInbox,
    takes: Arc<AtomicU32>,
    settles: Arc<AtomicU32>,
    renews: Arc<AtomicBool>,
}

fn failing(left: &AtomicU32) -> Result<(), StoreError> {
    match left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)) {
        Ok(_) => Err(StoreError::new(StoreErrorKind::Unavailable)),
        Err(_) => Ok(()),
    }
}

impl InboxTable for Faulty {
    async fn accept(&self, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
        self.table.accept(acceptance).await
    }

    async fn take(&self, request: &TakeRequest) -> Result<Taken, StoreError> {
        failing(&self.takes)?;
        self.table.take(request).await
    }

    async fn renew(&self, lease: &JobLease, by: Duration) -> Result<LeaseState, StoreError> {
        match self.renews.load(Relaxed) {
            true => self.table.renew(lease, by).await,
            false => Err(StoreError::new(StoreErrorKind::Unavailable)),
        }
    }

    async fn settle(&self, lease: &JobLease, ending: &Ending) -> Result<LeaseState, StoreError> {
        failing(&self.settles)?;
        self.table.settle(lease, ending).await
    }

    async fn steps(&self, id: JobId) -> Result<Vec<Step>, StoreError> {
        self.table.steps(id).await
    }

    async fn put_step(&self, lease: &JobLease, step: &Step) -> Result<LeaseState, StoreError> {
        self.table.put_step(lease, step).await
    }

    async fn change(&self, ids: &[JobId], change: Change, by: &Action) -> Result<u64, StoreError> {
        self.table.change(ids, change, by).await
    }

    async fn find(&self, id: JobId) -> Result<Option<StoredJob>, StoreError> {
        self.table.find(id).await
    }

    async fn list(
        &self,
        filter: &JobFilter,
        after: Option<JobId>,
        at_most: usize,
    ) -> Result<Listed, StoreError> {
        self.table.list(filter, after, at_most).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.table.stats().await
    }

    async fn lanes(
        &self,
        after: Option<&Lane>,
        at_most: usize,
    ) -> Result<Vec<LaneStats>, StoreError> {
        self.table.lanes(after, at_most).await
    }

    async fn prune(&self, retention: &Retention, at_most: usize) -> Result<Pruned, StoreError> {
        self.table.prune(retention, at_most).await
    }
}

fn faulty(configure: impl Fn(EndpointBuilder) -> EndpointBuilder) -> (Inbox<Faulty>, Endpoint) {
    let table = memory();
    let faulty = Faulty {
        table,
        takes: Arc::default(),
        settles: Arc::default(),
        renews: Arc::new(AtomicBool::new(true)),
    };
    let inbox = Inbox::new(faulty, keys());
    let endpoint = configure(Endpoint::stripe(SECRET));
    let endpoint = durable(endpoint, inbox.clone());
    (inbox, endpoint)
}

/// A delivery is handled once by a worker whose table fails first.
async fn is_handled_once(fails: impl FnOnce(&Faulty)) {
    let (inbox, endpoint) = faulty(|endpoint| endpoint);
    fails(inbox.table());
    let seen = Seen::default();
    let worker = Worker::new(inbox.clone())
        .consumer(done(&seen, &endpoint))
        .spawn()
        .unwrap();
    send(&endpoint, "evt_1", "invoice.paid").await;
    until_all(inbox.table(), JobState::Done).await;
    assert_eq!(seen.len(), 1);
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_outlives_a_table_that_is_away() {
    is_handled_once(|table| table.takes.store(20, Relaxed)).await;
}

#[tokio::test(start_paused = true)]
async fn a_settlement_that_fails_is_repeated_and_the_handler_runs_once() {
    is_handled_once(|table| table.settles.store(5, Relaxed)).await;
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_cannot_be_settled_runs_again() {
    let (inbox, endpoint) = faulty(|endpoint| endpoint);
    inbox.table().settles.store(1000, Relaxed);
    let seen = Seen::default();
    let worker = Worker::new(inbox.clone())
        .consumer(done(&seen, &endpoint))
        .spawn()
        .unwrap();
    send(&endpoint, "evt_1", "invoice.paid").await;
    until(async || seen.len() == 2).await;
    inbox.table().settles.store(0, Relaxed);
    until_all(inbox.table(), JobState::Done).await;
    worker.drain(SECOND).await;
}

/// Says when it is dropped.
struct Dropped(Arc<Mutex<Vec<&'static str>>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.lock().unwrap().push("dropped");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_has_lost_its_lease_is_cancelled_or_told() {
    for policy in [LostLease::Cancel, LostLease::KeepRunning] {
        let (inbox, endpoint) = faulty(|endpoint| endpoint.on_lost_lease(policy));
        inbox.table().renews.store(false, Relaxed);
        let (seen, log) = (Seen::default(), Arc::default());
        let handle = {
            let log = Arc::clone(&log);
            move |stored: webhook_worker::Stored| {
                let log: Arc<Mutex<Vec<_>>> = Arc::clone(&log);
                async move {
                    if stored.delivery().attempt() > 1 {
                        return Consumed::Done;
                    }
                    let _dropped = Dropped(Arc::clone(&log));
                    let lease = stored.delivery().lease();
                    sleep(SECOND * 40).await;
                    log.lock().unwrap().push(match lease.is_lost() {
                        true => "told",
                        false => "not told",
                    });
                    Consumed::Done
                }
            }
        };
        let worker = Worker::new(inbox.clone())
            .consumer(seen.consumer(&endpoint, handle))
            .lease(SECOND * 30)
            .spawn()
            .unwrap();
        send(&endpoint, "evt_1", "invoice.paid").await;
        until(async || log.lock().unwrap().contains(&"dropped")).await;
        until_all(inbox.table(), JobState::Done).await;
        let expected: &[_] = match policy {
            LostLease::Cancel => &["dropped"],
            _ => &["told", "dropped"],
        };
        assert_eq!(*log.lock().unwrap(), expected);
        assert_eq!(seen.len(), 2, "it ran again");
        let job = only(inbox.table()).await.info;
        assert_eq!(job.attempts, 2);
        worker.drain(SECOND).await;
    }
}
