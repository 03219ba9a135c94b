//! What goes wrong around a worker: a sink that is dead, a handler that is deleted, a body that
//! kills.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_core::{Endpoint, SecretSet};
use webhook_inbox::{Action, Change, Inbox, JobFilter, JobState, MemoryInbox};
use webhook_worker::{Consumed, RetryPolicy, Selection, Worker};

use crate::bench::{
    SECOND, SECRET, Seen, done, durable, jobs, keys, memory, send, stripe, until, until_all,
};
use crate::lanes::send_to;

pub(crate) const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long deliveries of tenants whose servers work waited, in ascending order. They arrive one
/// after the other, and with `has_dead_sink` behind as many of a tenant whose server never answers.
async fn waits(has_dead_sink: bool) -> Vec<Duration> {
    const EACH: usize = 200;
    let inbox = Inbox::new(memory(), keys());
    let template = durable(Endpoint::stripe(SecretSet::per_tenant()), inbox.clone());
    let seen = Seen::default();
    let consumer = seen.consumer(&template, |stored| async move {
        match stored.delivery().tenant() {
            Some("dead") => std::future::pending().await,
            _ => sleep(SECOND / 50).await,
        }
        Consumed::Done
    });
    let worker = Worker::new(inbox.clone())
        .consumer(consumer)
        .run_timeout(SECOND * 20)
        .spawn()
        .unwrap();
    let mut waits = Vec::new();
    for id in 0..EACH {
        if has_dead_sink {
            send_to(&template, "dead", id).await;
        }
        let start = Instant::now();
        send_to(&template, ["acme", "initech", "hooli"][id % 3], id).await;
        let number = id + 1;
        until(async || is_done(&inbox, number).await).await;
        waits.push(start.elapsed());
    }
    drop(worker);
    waits.sort();
    waits
}

/// Whether so many jobs are done.
pub(crate) async fn is_done(inbox: &Inbox<MemoryInbox>, number: usize) -> bool {
    let done = jobs(inbox.table()).await.into_iter();
    done.filter(|job| job.state == JobState::Done).count() == number
}

#[tokio::test(start_paused = true)]
async fn the_dead_sink_of_one_tenant_delays_no_other() {
    let (alone, beside) = (waits(false).await, waits(true).await);
    let p99 = |waits: &[Duration]| waits[waits.len() * 99 / 100];
    // The time is virtual, and looked at every 10 ms.
    assert!(
        p99(&beside) <= p99(&alone) + SECOND / 50,
        "{:?} {:?}",
        p99(&alone),
        p99(&beside)
    );
    assert!(p99(&alone) <= SECOND / 20, "{:?}", p99(&alone));
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_deleted_handler_is_parked_and_runs_when_there_is_one_again() {
    let inbox = Inbox::new(memory(), keys());
    let stripe = durable(Endpoint::stripe(SECRET), inbox.clone());
    let github = durable(Endpoint::github(SECRET), inbox.clone());
    for id in 0..5 {
        send(&stripe, &format!("evt_{id}"), "invoice.paid").await;
    }
    let seen = Seen::default();
    // The next version of the application has no handler for them.
    let without = Worker::new(inbox.clone()).consumer(done(&seen, &github));
    let without = without.spawn().unwrap();
    until_all(inbox.table(), JobState::Parked).await;
    without.drain(SECOND).await;
    assert_eq!(seen.len(), 0);
    for job in jobs(inbox.table()).await {
        assert_eq!(
            (job.attempts, job.error.as_deref()),
            (0, Some("no consumer"))
        );
    }
    sleep(YEAR).await;
    // The one after that has it.
    let with = Worker::new(inbox.clone()).consumer(done(&seen, &stripe));
    let with = with.spawn().unwrap();
    let parked = Selection::of(JobFilter::of_state(JobState::Parked));
    let by = Action::new("ana", "the handler is back");
    let changed = parked.change(inbox.table(), Change::Requeue, &by).await;
    assert_eq!(changed.unwrap(), 5);
    until_all(inbox.table(), JobState::Done).await;
    assert_eq!(seen.len(), 5);
    with.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_panics_each_time_is_dead_and_those_around_it_are_done() {
    let (inbox, endpoint) = stripe();
    let seen = Seen::default();
    let consumer = seen.consumer(&endpoint, |stored| async move {
        match stored.delivery().event_type() {
            Some("poison") => panic!("on purpose"),
            _ => Consumed::Done,
        }
    });
    let worker = Worker::new(inbox.clone())
        .consumer(consumer)
        .retry(RetryPolicy::default().max_attempts(4))
        .spawn()
        .unwrap();
    for id in 0..20 {
        let kind = if id == 10 { "poison" } else { "invoice.paid" };
        send(&endpoint, &format!("evt_{id}"), kind).await;
    }
    let ended = [JobState::Done, JobState::Dead];
    until(async || {
        jobs(inbox.table())
            .await
            .iter()
            .all(|job| ended.contains(&job.state))
    })
    .await;
    for job in jobs(inbox.table()).await {
        let expected = match job.event_type.as_deref() {
            Some("poison") => (JobState::Dead, 4, Some("panic")),
            _ => (JobState::Done, 1, None),
        };
        assert_eq!((job.state, job.attempts, job.error.as_deref()), expected);
    }
    assert_eq!(seen.len(), 19 + 4);
    worker.drain(SECOND).await;
}
