//! How attempts end, and what becomes of their deliveries.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_core::Endpoint;
use webhook_inbox::{Inbox, InboxTable as _, JobState, Retention};
use webhook_worker::{Consumed, RetryPolicy, Worker};

use crate::bench::{
    SECOND, SECRET, Seen, done, durable, jobs, keys, memory, only, send, stripe, until, until_all,
};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn what_is_stored_is_handled_at_once() {
    let (inbox, endpoint) = stripe();
    let seen = Seen::default();
    let worker = Worker::new(inbox.clone())
        .consumer(done(&seen, &endpoint))
        .spawn()
        .unwrap();
    sleep(SECOND * 100).await;
    let start = Instant::now();
    send(&endpoint, "evt_1", "invoice.paid").await;
    until_all(inbox.table(), JobState::Done).await;
    assert!(start.elapsed() < SECOND / 10, "no poll was waited for");
    assert_eq!(seen.all(), [("evt_1".to_owned(), 1)]);
    assert_eq!(worker.drain(SECOND).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_retried_later_each_time_until_the_delivery_is_dead() {
    let (inbox, endpoint) = stripe();
    let (seen, start) = (Seen::default(), Instant::now());
    let worker = Worker::new(inbox.clone())
        .consumer(seen.consumer(&endpoint, |_| async { Consumed::failed("status 500") }))
        .retry(
            RetryPolicy::default()
                .waits(SECOND * 8, SECOND * 20)
                .max_attempts(4),
        )
        .spawn()
        .unwrap();
    send(&endpoint, "evt_1", "invoice.paid").await;
    until_all(inbox.table(), JobState::Dead).await;
    // At least a half of 8, 16 and 20 seconds; at most these, and a poll each.
    let took = start.elapsed();
    assert!(SECOND * 22 <= took && took <= SECOND * 47, "{took:?}");
    let attempts: Vec<_> = seen.all().into_iter().map(|(_, attempt)| attempt).collect();
    assert_eq!(attempts, [1, 2, 3, 4]);
    let job = only(inbox.table()).await;
    assert_eq!(job.attempts.len(), 4);
    assert_eq!(job.info.error.as_deref(), Some("status 500"));
    assert!(job.body.is_some());
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_delivery_is_dead_when_it_is_too_old() {
    let (inbox, endpoint) = stripe();
    let (seen, start) = (Seen::default(), Instant::now());
    let worker = Worker::new(inbox.clone())
        .consumer(seen.consumer(&endpoint, |_| async { Consumed::failed("status 500") }))
        .retry(
            RetryPolicy::default()
                .max_attempts(u32::MAX)
                .max_age(HOUR * 3),
        )
        .spawn()
        .unwrap();
    send(&endpoint, "evt_1", "invoice.paid").await;
    while only(inbox.table()).await.info.state != JobState::Dead {
        sleep(SECOND).await;
    }
    let took = start.elapsed();
    assert!(
        HOUR * 3 <= took && took <= HOUR * 4 + SECOND * 2,
        "{took:?}"
    );
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_says_when_to_retry() {
    let (inbox, endpoint) = stripe();
    let (seen, start) = (Seen::default(), Instant::now());
    let worker = Worker::new(inbox.clone())
        .consumer(seen.consumer(&endpoint, |stored| async move {
            match stored.delivery().attempt() {
                1 => Consumed::Failed {
                    kind: "status 503".into(),
                    retry_after: Some(SECOND * 90),
                },
                _ => Consumed::Done,
            }
        }))
        .spawn()
        .unwrap();
    send(&endpoint, "evt_1", "invoice.paid").await;
    until_all(inbox.table(), JobState::Done).await;
    let took = start.elapsed();
    assert!(SECOND * 90 <= took && took <= SECOND * 92, "{took:?}");
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_and_a_hanging_handler_are_failures() {
    let (inbox, endpoint) = stripe();
    let seen = Seen::default();
    let worker = Worker::new(inbox.clone())
        .consumer(seen.consumer(&endpoint, |stored| async move {
            match stored.delivery().attempt() {
                1 => panic!("on purpose"),
                2 => std::future::pending().await,
                _ => Consumed::Done,
            }
        }))
        .run_timeout(SECOND * 60)
        .spawn()
        .unwrap();
    send(&endpoint, "evt_1", "invoice.paid").await;
    until_all(inbox.table(), JobState::Done).await;
    let job = only(inbox.table()).await;
    let kinds: Vec<_> = job.attempts.iter().map(|a| &*a.failure.kind).collect();
    assert_eq!(kinds, ["panic", "timeout"]);
    assert_eq!(job.attempts[1].failure.millis, 60_000);
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_is_dead_and_what_nothing_handles_is_parked() {
    let (inbox, endpoint) = stripe();
    let seen = Seen::default();
    let worker = Worker::new(inbox.clone())
        .consumer(seen.consumer(&endpoint, |stored| async move {
            match stored.delivery().event_type() {
                Some("given.up") => Consumed::GivenUp {
                    kind: "no such customer".into(),
                },
                _ => Consumed::Parked {
                    kind: "no handler".into(),
                },
            }
        }))
        .spawn()
        .unwrap();
    send(&endpoint, "evt_1", "given.up").await;
    send(&endpoint, "evt_2", "unknown").await;
    until(async || inbox.table().stats().await.unwrap().due == 0 && seen.len() == 2).await;
    let jobs = jobs(inbox.table()).await;
    let ends = jobs
        .iter()
        .map(|job| (job.state, job.error.as_deref(), job.attempts));
    let ends: Vec<_> = ends.collect();
    assert_eq!(
        ends,
        [
            (JobState::Dead, Some("no such customer"), 1),
            (JobState::Parked, Some("no handler"), 0),
        ]
    );
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_delivery_of_an_endpoint_without_a_consumer_is_parked() {
    let table = memory();
    let inbox = Inbox::new(table, keys());
    let stripe = durable(Endpoint::stripe(SECRET), inbox.clone());
    let github = durable(Endpoint::github(SECRET), inbox.clone());
    let seen = Seen::default();
    let worker = Worker::new(inbox.clone())
        .consumer(done(&seen, &github))
        .spawn()
        .unwrap();
    send(&stripe, "evt_1", "invoice.paid").await;
    until_all(inbox.table(), JobState::Parked).await;
    let job = only(inbox.table()).await;
    assert_eq!(job.info.error.as_deref(), Some("no consumer"));
    assert_eq!(seen.len(), 0);
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_record_that_does_not_open_never_reaches_a_handler() {
    let table = memory();
    let (ours, theirs) = (Inbox::new(table.clone(), keys()), Inbox::new(table, keys()));
    let endpoint = durable(Endpoint::stripe(SECRET), theirs);
    let seen = Seen::default();
    let worker = Worker::new(ours.clone())
        .consumer(done(&seen, &endpoint))
        .spawn()
        .unwrap();
    send(&endpoint, "evt_1", "invoice.paid").await;
    until_all(ours.table(), JobState::Parked).await;
    let job = only(ours.table()).await;
    assert!(job.info.error.unwrap().starts_with("not opened"));
    assert_eq!((seen.len(), job.info.attempts), (0, 0));
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn every_consumer_of_an_event_has_a_job_of_its_own() {
    let table = memory();
    let inbox = Inbox::new(table, keys())
        .for_consumers(["ledger", "mail"])
        .unwrap();
    let endpoint = durable(Endpoint::stripe(SECRET), inbox.clone());
    let (ledger, mail) = (Seen::default(), Seen::default());
    let fails_once = mail.consumer(&endpoint, |stored| async move {
        match stored.delivery().attempt() {
            1 => Consumed::failed("status 500"),
            _ => Consumed::Done,
        }
    });
    let worker = Worker::new(inbox.clone())
        .named("ledger", done(&ledger, &endpoint))
        .named("mail", fails_once)
        .spawn()
        .unwrap();
    send(&endpoint, "evt_1", "invoice.paid").await;
    until_all(inbox.table(), JobState::Done).await;
    assert_eq!((ledger.len(), mail.len()), (1, 2));
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn old_bodies_and_records_are_removed() {
    let (inbox, endpoint) = stripe();
    let seen = Seen::default();
    let day = HOUR * 24;
    let worker = Worker::new(inbox.clone())
        .consumer(done(&seen, &endpoint))
        .retention(Some(Retention::new(day, day * 2)))
        .spawn()
        .unwrap();
    send(&endpoint, "evt_1", "invoice.paid").await;
    sleep(day - SECOND).await;
    assert!(only(inbox.table()).await.body.is_some());
    sleep(SECOND * 62).await;
    assert!(only(inbox.table()).await.body.is_none());
    sleep(day).await;
    assert!(jobs(inbox.table()).await.is_empty());
    worker.drain(SECOND).await;
}
