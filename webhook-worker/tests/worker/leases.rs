//! Leases: held, lost, and left behind by a worker that was killed.

use tokio::time::{Instant, sleep};
use webhook_core::replay::Owner;
use webhook_inbox::{InboxTable as _, JobState, TakeRequest};
use webhook_worker::{Consumed, RetryPolicy, Worker};

use crate::bench::{SECOND, Seen, done, jobs, only, send, stripe, until, until_all};

#[tokio::test(start_paused = true)]
async fn a_delivery_of_a_killed_worker_runs_within_a_lease_and_a_second() {
    let (inbox, endpoint) = stripe();
    send(&endpoint, "evt_1", "invoice.paid").await;
    // It takes the job, and is never heard of again.
    let lease = SECOND * 30;
    let killed = TakeRequest::new(Owner::from_bits(1), 10, lease);
    assert_eq!(inbox.table().take(&killed).await.unwrap().jobs.len(), 1);
    let (seen, start) = (Seen::default(), Instant::now());
    let worker = Worker::new(inbox.clone())
        .consumer(done(&seen, &endpoint))
        .spawn()
        .unwrap();
    until_all(inbox.table(), JobState::Done).await;
    let took = start.elapsed();
    assert!(lease <= took && took <= lease + SECOND, "{took:?}");
    assert_eq!(seen.all(), [("evt_1".to_owned(), 2)]);
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_takes_many_leases_runs_once() {
    let (inbox, endpoint) = stripe();
    let seen = Seen::default();
    let slow = |seen: &Seen| {
        seen.consumer(&endpoint, |_| async {
            sleep(SECOND * 200).await;
            Consumed::Done
        })
    };
    let spawn = |consumer| {
        let worker = Worker::new(inbox.clone()).lease(SECOND * 3);
        worker.consumer(consumer).spawn().unwrap()
    };
    let (first, second) = (spawn(slow(&seen)), spawn(slow(&seen)));
    send(&endpoint, "evt_1", "invoice.paid").await;
    until_all(inbox.table(), JobState::Done).await;
    assert_eq!(seen.all(), [("evt_1".to_owned(), 1)]);
    first.drain(SECOND).await;
    second.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_kills_the_worker_is_dead_at_last() {
    let (inbox, endpoint) = stripe();
    send(&endpoint, "evt_1", "invoice.paid").await;
    for owner in 1..=3 {
        let killed = TakeRequest::new(Owner::from_bits(owner), 10, SECOND);
        assert_eq!(inbox.table().take(&killed).await.unwrap().jobs.len(), 1);
        sleep(SECOND * 2).await;
    }
    let seen = Seen::default();
    let worker = Worker::new(inbox.clone())
        .consumer(done(&seen, &endpoint))
        .retry(RetryPolicy::default().max_attempts(3))
        .spawn()
        .unwrap();
    until_all(inbox.table(), JobState::Dead).await;
    let job = only(inbox.table()).await;
    assert_eq!(job.info.error.as_deref(), Some("interrupted"));
    assert_eq!(seen.len(), 0);
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_drain_waits_and_then_gives_back() {
    let (inbox, endpoint) = stripe();
    let seen = Seen::default();
    let consumer = |seconds: u32| {
        seen.consumer(&endpoint, move |_| async move {
            sleep(SECOND * seconds).await;
            Consumed::Done
        })
    };
    for (seconds, unfinished) in [(20, 0), (40, 1)] {
        send(&endpoint, &format!("evt_{seconds}"), "invoice.paid").await;
        let runs = seen.len() + 1;
        let worker = Worker::new(inbox.clone())
            .consumer(consumer(seconds))
            .spawn()
            .unwrap();
        until(async || seen.len() == runs).await;
        assert_eq!(worker.running(), 1);
        let start = Instant::now();
        assert_eq!(worker.drain(SECOND * 30).await, unfinished);
        let took = start.elapsed();
        assert!(took <= SECOND * 30 + SECOND / 10, "{took:?}");
    }
    let jobs = jobs(inbox.table()).await;
    assert_eq!(jobs[0].state, JobState::Done);
    assert_eq!((jobs[1].state, jobs[1].attempts), (JobState::Due, 0));
    // It is due at once.
    let next = TakeRequest::new(Owner::from_bits(1), 10, SECOND);
    assert_eq!(inbox.table().take(&next).await.unwrap().jobs.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_worker_gives_back_too() {
    let (inbox, endpoint) = stripe();
    let seen = Seen::default();
    let consumer = seen.consumer(&endpoint, |_| std::future::pending());
    let worker = Worker::new(inbox.clone())
        .consumer(consumer)
        .spawn()
        .unwrap();
    send(&endpoint, "evt_1", "invoice.paid").await;
    until(async || seen.len() == 1).await;
    drop(worker);
    until_all(inbox.table(), JobState::Due).await;
    sleep(SECOND * 100).await;
    assert_eq!(seen.len(), 1);
}
