//! A table that fails.

use std::sync::{Arc, Mutex};

use tokio::time::sleep;
use webhook_core::{Endpoint, EndpointBuilder, LostLease};
use webhook_inbox::{Inbox, JobState};
use webhook_worker::{Consumed, RetryPolicy, Worker};

use crate::bench::{
    SECOND, SECRET, Seen, done, durable, jobs, keys, memory, only, send, until, until_all,
};
use crate::faulty::{ALWAYS, Call, Faulty};

fn faulty(configure: impl Fn(EndpointBuilder) -> EndpointBuilder) -> (Inbox<Faulty>, Endpoint) {
    let inbox = Inbox::new(Faulty::new(memory()), keys());
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
    is_handled_once(|table| table.fails(Call::Take, 20)).await;
}

#[tokio::test(start_paused = true)]
async fn a_settlement_that_fails_is_repeated_and_the_handler_runs_once() {
    is_handled_once(|table| table.fails(Call::Settle, 5)).await;
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_cannot_be_settled_runs_again() {
    let (inbox, endpoint) = faulty(|endpoint| endpoint);
    inbox.table().fails(Call::Settle, 1000);
    let seen = Seen::default();
    let worker = Worker::new(inbox.clone())
        .consumer(done(&seen, &endpoint))
        .spawn()
        .unwrap();
    send(&endpoint, "evt_1", "invoice.paid").await;
    until(async || seen.len() == 2).await;
    inbox.table().fails(Call::Settle, 0);
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
        inbox.table().fails(Call::Renew, ALWAYS);
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

/// How many calls a worker with a few jobs may make in an hour, whatever fails: four a second. It
/// looks for jobs once a second, and settles and renews again after a failure.
const CALLS_AN_HOUR: u64 = 4 * 60 * 60;

/// A worker whose handler takes longer than its lease, over a table with transactions. `fails` makes
/// the table fail, and an hour passes.
async fn an_hour_of_failures(what: &str, fails: impl FnOnce(&Faulty)) -> Inbox<Faulty> {
    let inbox = Inbox::new(Faulty::new(memory()).with_transactions(), keys());
    let endpoint = durable(Endpoint::stripe(SECRET), inbox.clone());
    let seen = Seen::default();
    let consumer = seen.consumer(&endpoint, |_| async {
        sleep(SECOND * 20).await;
        Consumed::Done
    });
    for id in 0..3 {
        send(&endpoint, &format!("evt_{id}"), "invoice.paid").await;
    }
    fails(inbox.table());
    let never = RetryPolicy::default().max_attempts(u32::MAX);
    let worker = Worker::new(inbox.clone())
        .consumer(consumer)
        .lease(SECOND * 15)
        .retry(never.max_age(SECOND * 1_000_000))
        .spawn()
        .unwrap();
    sleep(SECOND * 60 * 60).await;
    let calls = inbox.table().calls();
    assert!(calls <= CALLS_AN_HOUR, "{calls} calls: {what}");
    inbox.table().heals();
    until_all(inbox.table(), JobState::Done).await;
    worker.drain(SECOND).await;
    inbox
}

#[tokio::test(start_paused = true)]
async fn a_worker_does_not_hurry_while_its_table_fails() {
    for call in Call::ALL {
        let what = format!("{call:?} fails");
        let inbox = an_hour_of_failures(&what, |table| table.fails(call, ALWAYS)).await;
        if matches!(call, Call::Take | Call::Begin) {
            let attempts: Vec<_> = jobs(inbox.table())
                .await
                .iter()
                .map(|job| job.attempts)
                .collect();
            assert_eq!(
                attempts, [1; 3],
                "what did not run spent an attempt: {call:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_does_not_hurry_while_its_table_fails_now_and_then() {
    for seed in 0..20 {
        let what = format!("every other call fails, seed {seed}");
        an_hour_of_failures(&what, |table| table.fails_every_other_time(seed)).await;
    }
}
