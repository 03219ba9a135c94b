//! Tenants do not keep each other waiting, and lanes that keep failing rest.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_core::testing::TestSender;
use webhook_core::{Claimed, Endpoint, Finished, Head, SecretSet};
use webhook_inbox::{Inbox, JobState, MemoryInbox};
use webhook_worker::{Consumed, RestPolicy, RetryPolicy, Worker};

use crate::bench::{
    SECOND, SECRET, START, Seen, done, durable, jobs, keys, memory, until, until_all,
};

/// An inbox, and the template of endpoints that store in it.
fn tenants() -> (Inbox<MemoryInbox>, Endpoint) {
    let table = memory();
    let inbox = Inbox::new(table, keys());
    let template = Endpoint::stripe(SecretSet::per_tenant());
    let template = durable(template, inbox.clone());
    (inbox, template)
}

pub(crate) async fn send_to(template: &Endpoint, tenant: &str, id: usize) {
    let endpoint = template.for_tenant(tenant, SECRET).unwrap();
    let stripe: TestSender = TestSender::stripe(SECRET).clock(START);
    let signed = stripe.signed(format!(r#"{{"id":"evt_{id}","type":"invoice.paid"}}"#));
    let head = Head::new("POST", "/hooks", &signed.headers);
    let mut intake = endpoint.begin(&head).intake().unwrap();
    intake.push(signed.body.clone()).unwrap();
    let Finished::Event(checked) = intake.finish().unwrap() else {
        panic!("no event")
    };
    assert!(matches!(checked.claim().await, Ok(Claimed::Stored(_))));
}

#[tokio::test(start_paused = true)]
async fn a_template_opens_the_deliveries_of_all_tenants() {
    let (inbox, template) = tenants();
    for tenant in ["acme", "initech"] {
        send_to(&template, tenant, 1).await;
    }
    let seen = Seen::default();
    let consumer = seen.consumer(&template, |stored| async move {
        let (of, lane) = (stored.delivery().tenant(), stored.lane().tenant.clone());
        assert_eq!(of, Some(&*lane));
        Consumed::Done
    });
    let worker = Worker::new(inbox.clone())
        .consumer(consumer)
        .spawn()
        .unwrap();
    until_all(inbox.table(), JobState::Done).await;
    assert_eq!(seen.len(), 2);
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_tenant_whose_server_hangs_leaves_slots_to_the_others() {
    let (inbox, template) = tenants();
    for id in 0..100 {
        send_to(&template, "hangs", id).await;
    }
    let seen = Seen::default();
    let consumer = seen.consumer(&template, |stored| async move {
        if stored.delivery().tenant() == Some("hangs") {
            std::future::pending::<()>().await;
        }
        Consumed::Done
    });
    let worker = Worker::new(inbox.clone())
        .slots(8)
        .consumer(consumer)
        .spawn()
        .unwrap();
    until(async || worker.running() == 4).await;
    for id in 0..50 {
        let start = Instant::now();
        send_to(&template, "acme", id).await;
        until(async || worker.running() == 4 && seen.len() == 5 + id).await;
        assert!(start.elapsed() < SECOND / 10);
    }
    drop(worker);
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_keeps_failing_rests_and_spends_no_attempts() {
    let (inbox, template) = tenants();
    for id in 0..200 {
        send_to(&template, "fails", id).await;
    }
    let (seen, start) = (Seen::default(), Instant::now());
    let heals_at = SECOND * 600;
    let consumer = seen.consumer(&template, move |_| async move {
        match start.elapsed() < heals_at {
            true => Consumed::failed("status 503"),
            false => Consumed::Done,
        }
    });
    let worker = Worker::new(inbox.clone())
        .consumer(consumer)
        .slots(4)
        .rest(RestPolicy::new(10, SECOND * 10, SECOND * 60))
        .retry(RetryPolicy::default().waits(SECOND, SECOND * 2))
        .spawn()
        .unwrap();
    sleep(heals_at - SECOND).await;
    // Ten failures, others that were running, and a try after each rest.
    assert!(seen.len() < 10 + 4 + 20, "{} runs", seen.len());
    let spent: u32 = jobs(inbox.table())
        .await
        .iter()
        .map(|job| job.attempts)
        .sum();
    assert_eq!(usize::try_from(spent).unwrap(), seen.len());
    until_all(inbox.table(), JobState::Done).await;
    let healed = start.elapsed() - heals_at;
    assert!(healed < SECOND * 62, "{healed:?}");
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn another_tenant_runs_while_a_lane_rests() {
    let (inbox, template) = tenants();
    for id in 0..50 {
        send_to(&template, "fails", id).await;
    }
    let seen = Seen::default();
    let consumer = seen.consumer(&template, |stored| async move {
        match stored.delivery().tenant() {
            Some("fails") => Consumed::failed("status 503"),
            _ => Consumed::Done,
        }
    });
    let worker = Worker::new(inbox.clone())
        .consumer(consumer)
        .spawn()
        .unwrap();
    sleep(Duration::from_secs(60)).await;
    let start = Instant::now();
    send_to(&template, "acme", 1).await;
    until(async || {
        jobs(inbox.table())
            .await
            .iter()
            .any(|job| job.state == JobState::Done)
    })
    .await;
    assert!(start.elapsed() < SECOND / 10);
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn the_events_of_an_object_run_one_after_the_other() {
    let table = memory();
    let inbox = Inbox::new(table, keys()).ordered_by(|_| Some("invoice/1"));
    let template = durable(Endpoint::stripe(SecretSet::per_tenant()), inbox.clone());
    for id in 0..10 {
        send_to(&template, "acme", id).await;
    }
    let seen = Seen::default();
    let consumer = seen.consumer(&template, |stored| async move {
        sleep(SECOND).await;
        match (stored.delivery().id(), stored.delivery().attempt()) {
            (Some("evt_3"), 1) => Consumed::failed("status 500"),
            _ => Consumed::Done,
        }
    });
    let worker = Worker::new(inbox.clone())
        .consumer(consumer)
        .spawn()
        .unwrap();
    until_all(inbox.table(), JobState::Done).await;
    let ids: Vec<_> = seen.all().into_iter().map(|(id, _)| id).collect();
    let expected = [0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9].map(|id| format!("evt_{id}"));
    assert_eq!(ids, expected);
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn several_workers_share_the_work() {
    let (inbox, template) = tenants();
    let seen = Seen::default();
    let spawn = || {
        let worker = Worker::new(inbox.clone()).consumer(done(&seen, &template));
        worker.spawn().unwrap()
    };
    let workers = [spawn(), spawn(), spawn()];
    for id in 0..300 {
        send_to(&template, ["acme", "initech", "hooli"][id % 3], id).await;
    }
    until_all(inbox.table(), JobState::Done).await;
    let mut ran = seen.all();
    ran.sort();
    ran.dedup();
    assert_eq!((seen.len(), ran.len()), (300, 300));
    for worker in workers {
        worker.drain(SECOND).await;
    }
}
