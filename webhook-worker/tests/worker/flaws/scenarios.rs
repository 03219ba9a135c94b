//! What a worker promises, over whatever table it has. A scenario panics if that is not kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_core::replay::Owner;
use webhook_core::testing::TestSender;
use webhook_core::{Endpoint, Finished, Head, SealKeys};
use webhook_inbox::{
    Action, Change, Inbox, InboxTable as _, JobState, Retention, Step, TakeRequest,
};
use webhook_worker::{Consumed, Consumer, RetryPolicy, RunningWorker, Worker};

use super::flawed::Flawed;
use crate::bench::{
    SECOND, SECRET, START, Seen, done, durable, jobs, keys, only, send, until, until_all,
};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A process: it has the inbox, and the endpoint that stores in it.
#[derive(Clone)]
pub(super) struct Process {
    inbox: Inbox<Flawed>,
    endpoint: Endpoint,
    keys: SealKeys,
    seen: Seen,
}

impl Process {
    pub(super) fn new(table: Flawed) -> Self {
        Self::with(table, keys(), Seen::default())
    }

    fn with(table: Flawed, keys: SealKeys, seen: Seen) -> Self {
        let inbox = Inbox::new(table, keys.clone());
        let endpoint = durable(Endpoint::stripe(SECRET), inbox.clone());
        Self {
            inbox,
            endpoint,
            keys,
            seen,
        }
    }

    /// The next process, after a kill.
    fn restarted(&self) -> Self {
        let table = self.table().restarted();
        Self::with(table, self.keys.clone(), self.seen.clone())
    }

    fn table(&self) -> &Flawed {
        self.inbox.table()
    }

    async fn send(&self, id: &str) {
        send(&self.endpoint, id, "invoice.paid").await;
    }

    fn spawn(&self, consumer: impl Consumer) -> RunningWorker {
        self.worker().consumer(consumer).spawn().unwrap()
    }

    fn worker(&self) -> Worker<Flawed> {
        let retry = RetryPolicy::default().waits(SECOND, SECOND).max_attempts(5);
        Worker::new(self.inbox.clone()).retry(retry)
    }

    /// One that lives for hours, and seldom looks at its table.
    fn long_lived_worker(&self) -> Worker<Flawed> {
        let retention = Retention::new(HOUR, HOUR * 2);
        let worker = self.worker().retention(Some(retention));
        worker.poll_interval(SECOND * 60)
    }

    fn done(&self) -> impl Consumer + use<> {
        done(&self.seen, &self.endpoint)
    }

    /// A consumer that always ends like this.
    fn ends(&self, ending: Consumed) -> impl Consumer + use<> {
        self.seen
            .consumer(&self.endpoint, move |_| std::future::ready(ending.clone()))
    }
}

/// Within so many seconds, or never.
async fn within(seconds: u32, holds: impl AsyncFn() -> bool) {
    let end = Instant::now() + SECOND * seconds;
    while !holds().await {
        assert!(Instant::now() < end, "it never holds");
        sleep(SECOND / 10).await;
    }
}

pub(super) async fn what_is_acknowledged_runs_after_a_kill(process: Process) {
    process.send("evt_1").await;
    let next = process.restarted();
    let _worker = next.spawn(next.done());
    within(60, async || next.seen.len() == 1).await;
}

pub(super) async fn a_copy_of_what_could_not_be_stored_is_stored(process: Process) {
    let stripe: TestSender = TestSender::stripe(SECRET).clock(START);
    let signed = stripe.signed(r#"{"id":"evt_1","type":"invoice.paid"}"#);
    let head = Head::new("POST", "/hooks", &signed.headers);
    process.table().is_down(true);
    for is_down in [true, false] {
        process.table().is_down(is_down);
        let mut intake = process.endpoint.begin(&head).intake().unwrap();
        intake.push(signed.body.clone()).unwrap();
        let Finished::Event(checked) = intake.finish().unwrap() else {
            panic!("no event")
        };
        assert_eq!(checked.claim().await.is_err(), is_down);
    }
    let _worker = process.spawn(process.done());
    within(60, async || process.seen.len() == 1).await;
}

pub(super) async fn what_nothing_handles_is_parked(process: Process) {
    let kind = "unknown type".into();
    let _worker = process.spawn(process.ends(Consumed::Parked { kind }));
    process.send("evt_1").await;
    within(60, async || {
        only(process.table()).await.info.state == JobState::Parked
    })
    .await;
    assert!(only(process.table()).await.body.is_some());
}

pub(super) async fn a_failed_attempt_is_followed_by_another(process: Process) {
    let consumer = process
        .seen
        .consumer(&process.endpoint, |stored| async move {
            match stored.delivery().attempt() {
                1 => Consumed::failed("status 500"),
                _ => Consumed::Done,
            }
        });
    let _worker = process.spawn(consumer);
    process.send("evt_1").await;
    within(60, async || process.seen.len() == 2).await;
}

pub(super) async fn what_always_fails_is_dead_in_the_end(process: Process) {
    let _worker = process.spawn(process.ends(Consumed::failed("status 500")));
    process.send("evt_1").await;
    within(600, async || {
        only(process.table()).await.info.state == JobState::Dead
    })
    .await;
}

pub(super) async fn a_job_of_a_killed_worker_runs_within_a_lease_and_a_second(process: Process) {
    process.send("evt_1").await;
    let lease = SECOND * 30;
    let killed = TakeRequest::new(Owner::from_bits(1), 10, lease);
    assert_eq!(process.table().take(&killed).await.unwrap().jobs.len(), 1);
    let start = Instant::now();
    let _worker = process.spawn(process.done());
    within(60, async || process.seen.len() == 1).await;
    assert!(start.elapsed() <= lease + SECOND + SECOND / 10);
}

pub(super) async fn a_done_step_does_not_run_again(process: Process) {
    process.send("evt_1").await;
    let invoices = Arc::new(AtomicU32::new(0));
    let consumer = |process: &Process, ends: Consumed| {
        let (inbox, invoices) = (process.inbox.clone(), Arc::clone(&invoices));
        process.seen.consumer(&process.endpoint, move |stored| {
            let (inbox, invoices) = (inbox.clone(), Arc::clone(&invoices));
            let ends = ends.clone();
            async move {
                let lease = *stored.lease();
                let steps = inbox.table().steps(lease.id).await.unwrap();
                if !steps.iter().any(|step| &*step.name == "invoice") {
                    invoices.fetch_add(1, Relaxed);
                    let step = Step::done("invoice", &b"1"[..]);
                    inbox.table().put_step(&lease, &step).await.unwrap();
                }
                ends
            }
        })
    };
    let first = process.spawn(consumer(&process, Consumed::failed("status 500")));
    until(async || process.seen.len() == 1).await;
    first.drain(SECOND).await;
    let next = process.restarted();
    let _second = next.spawn(consumer(&next, Consumed::Done));
    within(60, async || {
        only(next.table()).await.info.state == JobState::Done
    })
    .await;
    assert_eq!(invoices.load(Relaxed), 1);
}

pub(super) async fn a_job_that_becomes_visible_late_runs(process: Process) {
    process.send("evt_1").await;
    let first = only(process.table()).await.info.id;
    let by = Action::new("ana", "the transaction is slow");
    let change = async |change| process.table().change(&[first], change, &by).await.unwrap();
    assert_eq!(change(Change::Park).await, 1);
    let _worker = process.spawn(process.done());
    process.send("evt_2").await;
    within(60, async || process.seen.len() == 1).await;
    assert_eq!(change(Change::Requeue).await, 1);
    within(60, async || process.seen.len() == 2).await;
}

pub(super) async fn what_is_parked_has_spent_no_attempt(process: Process) {
    let consumer = process
        .seen
        .consumer(&process.endpoint, |stored| async move {
            match stored.delivery().attempt() {
                1 => Consumed::Parked {
                    kind: "unknown type".into(),
                },
                _ => Consumed::Done,
            }
        });
    let _worker = process.spawn(consumer);
    let by = Action::new("ana", "there is a handler");
    process.send("evt_1").await;
    for _ in 0..3 {
        until_all(process.table(), JobState::Parked).await;
        let job = only(process.table()).await.info;
        assert_eq!(job.attempts, 0);
        let ids = [job.id];
        let requeued = process.table().change(&ids, Change::Requeue, &by).await;
        assert_eq!(requeued.unwrap(), 1);
        let runs = process.seen.len() + 1;
        within(60, async || process.seen.len() == runs).await;
    }
}

pub(super) async fn what_is_given_back_has_spent_no_attempt(process: Process) {
    let hangs = process
        .seen
        .consumer(&process.endpoint, |_| std::future::pending());
    let worker = process.spawn(hangs);
    process.send("evt_1").await;
    until(async || process.seen.len() == 1).await;
    worker.drain(SECOND).await;
    let job = only(process.table()).await;
    assert_eq!((job.info.state, job.info.attempts), (JobState::Due, 0));
    assert_eq!(job.info.error, None);
}

pub(super) async fn what_failed_waits_for_a_person_with_its_body(process: Process) {
    let kind = "status 410".into();
    let consumer = process.ends(Consumed::GivenUp { kind });
    let worker = process.long_lived_worker();
    let _worker = worker.consumer(consumer).spawn().unwrap();
    process.send("evt_1").await;
    sleep(HOUR * 5).await;
    let job = only(process.table()).await;
    assert_eq!(job.info.state, JobState::Dead);
    assert!(job.body.is_some());
}

pub(super) async fn what_is_done_is_removed_in_time(process: Process) {
    let worker = process.long_lived_worker();
    let _worker = worker.consumer(process.done()).spawn().unwrap();
    process.send("evt_1").await;
    until_all(process.table(), JobState::Done).await;
    sleep(HOUR + SECOND * 61).await;
    assert!(only(process.table()).await.body.is_none());
    sleep(HOUR).await;
    assert!(jobs(process.table()).await.is_empty());
}

pub(super) async fn a_worker_that_lost_its_lease_does_not_end_the_job(process: Process) {
    process.send("evt_1").await;
    let paused = TakeRequest::new(Owner::from_bits(1), 10, SECOND);
    let paused = process.table().take(&paused).await.unwrap().jobs.remove(0);
    let slow = process.seen.consumer(&process.endpoint, |_| async {
        sleep(SECOND * 30).await;
        Consumed::Done
    });
    let _worker = process.spawn(slow);
    within(60, async || process.seen.len() == 1).await;
    // It goes on, and believes that it has failed.
    let failure = webhook_inbox::Failure::new("status 500", Duration::ZERO);
    let dead = webhook_inbox::Ending::Dead { failure };
    let _ = process.table().settle(&paused.lease, &dead).await;
    assert_eq!(only(process.table()).await.info.state, JobState::Running);
    within(60, async || {
        only(process.table()).await.info.state == JobState::Done
    })
    .await;
}
