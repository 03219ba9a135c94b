//! A private RabbitMQ broker that is killed, if the program is installed.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::spawn_blocking;
use webhook_inbox::{Inbox, JobInfo, JobState, MemoryInbox};
use webhook_relay::Relay;
use webhook_test_services::RabbitMq;

use crate::bench::{done, failed_with, jobs, settled, store_event, stripe, work};
use crate::broker::{Cable, Queue, to_queue};

/// How often each message is in the queue, by the key of its event.
async fn copies(queue: &Queue) -> BTreeMap<String, usize> {
    let mut copies = BTreeMap::new();
    for id in queue.message_ids().await {
        *copies.entry(id).or_default() += 1;
    }
    copies
}

fn message_id(job: &JobInfo) -> String {
    const_hex::encode(job.key.as_bytes())
}

async fn until_done(inbox: &Inbox<MemoryInbox>, number: usize) {
    let is_done = |job: &&JobInfo| job.state == JobState::Done;
    while jobs(inbox).await.iter().filter(is_done).count() < number {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// SIGKILL twice, while events arrive and are published.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_broker_is_killed_and_only_the_unconfirmed_is_there_twice() {
    const EVENTS: usize = 600;
    let Some(mut rabbit) = RabbitMq::start() else {
        return;
    };
    let url = rabbit.url().to_owned();
    let mut queue = Queue::of_private(&mut rabbit).await;
    let (inbox, endpoint) = stripe();
    let relay = Relay::to(to_queue(&url, &queue.name)).build(endpoint.clone());
    let _worker = work(&inbox, relay);
    let sends = async {
        for number in 0..EVENTS {
            store_event(&endpoint, &format!("evt_{number}"), "a").await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let kills = async {
        let mut confirmed = None;
        for published in [50, 150] {
            until_done(&inbox, published).await;
            let done = jobs(&inbox).await.into_iter();
            let done = done.filter(|job| job.state == JobState::Done);
            confirmed.get_or_insert_with(|| done.map(|job| message_id(&job)).collect());
            rabbit = spawn_blocking(move || {
                rabbit.kill();
                // By itself, the relay finds the broker again.
                rabbit.restart();
                rabbit
            })
            .await
            .unwrap();
            queue = queue.again(&url).await;
        }
        (rabbit, queue, confirmed)
    };
    let ((), (_rabbit, queue, confirmed)) = tokio::join!(sends, kills);
    let confirmed: Vec<String> = confirmed.unwrap();
    let ends = settled(&inbox).await;
    assert_eq!(ends.len(), EVENTS);
    let is_done = |(state, _): &(JobState, _)| *state == JobState::Done;
    assert!(ends.iter().all(is_done), "{ends:?}");

    let copies = copies(&queue).await;
    let found = copies.len();
    let jobs = jobs(&inbox).await;
    assert!(jobs.iter().any(|job| job.attempts > 1), "no attempt failed");
    for job in &jobs {
        let copies = copies.get(&message_id(job)).copied().unwrap_or_default();
        let attempts = usize::try_from(job.attempts).unwrap();
        assert!(copies >= 1, "{found} of {EVENTS} are there, lost: {job:?}");
        assert!(copies <= attempts, "{copies} copies: {job:?}");
    }
    assert_eq!(copies.len(), EVENTS, "each message is that of an event");
    for id in confirmed {
        assert_eq!(copies[&id], 1, "what is confirmed is not published again");
    }
    // Those that were under way: half of the slots, since all events are of one lane.
    let twice = copies.values().filter(|copies| **copies > 1).count();
    assert!(twice <= 2 * 16, "{twice} messages are there several times");
    queue.delete().await;
}

/// The broker has the message on its disk, and nobody has heard of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_confirmation_never_came_is_published_again() {
    let Some(mut rabbit) = RabbitMq::start() else {
        return;
    };
    let url = rabbit.url().to_owned();
    let queue = Queue::of_private(&mut rabbit).await;
    let cable = Cable::to(&url).await;
    let (inbox, endpoint) = stripe();
    let engine = to_queue(&cable.url(&url), &queue.name);
    let _worker = work(&inbox, Relay::to(engine).build(endpoint.clone()));
    store_event(&endpoint, "evt_1", "a").await;
    assert_eq!(settled(&inbox).await, [done()]);

    cable.keep_back_answers();
    store_event(&endpoint, "evt_2", "a").await;
    cable.has_kept_back_a_confirmation().await;
    rabbit.kill();
    failed_with(&inbox, "disconnected").await;
    cable.mend();
    rabbit.restart();
    let ends = settled(&inbox).await;
    assert_eq!((ends[0].0, ends[1].0), (JobState::Done, JobState::Done));

    let queue = queue.again(&url).await;
    let copies = copies(&queue).await;
    let expected = jobs(&inbox).await;
    let expected = expected
        .iter()
        .zip([1, 2])
        .map(|(job, copies)| (message_id(job), copies));
    assert_eq!(copies, expected.collect());
    queue.delete().await;
}
