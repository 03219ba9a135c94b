//! A private NATS server, if the program is installed.

use std::time::Duration;

use webhook_core::providers;
use webhook_core::testing::{TestPayload, TestSender};
use webhook_inbox::JobState;
use webhook_relay::async_nats::connection::State;
use webhook_relay::async_nats::jetstream::{self, stream};
use webhook_relay::async_nats::{self, Client};
use webhook_relay::{JetStream, Relay};
use webhook_test_services::Nats;

use crate::bench::{
    SECRET, done, event, failed_with, inbox, parked, settled, store, store_event, stripe, work,
};

/// A server, and a client of it.
async fn server() -> Option<(Nats, Client)> {
    let nats = Nats::start()?;
    let client = async_nats::connect(nats.url()).await.unwrap();
    Some((nats, client))
}

async fn stream(client: &Client, config: stream::Config) -> stream::Stream {
    let context = jetstream::new(client.clone());
    context.create_stream(config).await.unwrap()
}

fn hooks() -> stream::Config {
    stream::Config {
        name: "HOOKS".to_owned(),
        subjects: vec!["webhooks.>".to_owned()],
        ..stream::Config::default()
    }
}

async fn count(stream: &mut stream::Stream) -> u64 {
    stream.info().await.unwrap().state.messages
}

/// Relays an event of Stripe once, from an inbox of its own.
async fn relay(nats: JetStream, id: &str, kind: &str) -> (JobState, Option<String>) {
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, id, kind).await;
    let _worker = work(&inbox, Relay::to(nats).build(endpoint));
    settled(&inbox).await.remove(0)
}

#[tokio::test]
async fn a_message_has_its_subject_its_key_and_its_headers() {
    let Some((_nats, client)) = server().await else {
        return;
    };
    let stream = stream(&client, hooks()).await;
    let nats = JetStream::new(client, "webhooks.{provider}.{tenant}.{mode}.{type}").unwrap();
    assert_eq!(relay(nats, "evt_1", "invoice.paid").await, done());
    let message = stream.get_raw_message(1).await.unwrap();
    assert_eq!(&*message.subject, "webhooks.stripe._.test.invoice.paid");
    assert_eq!(message.payload, event("evt_1", "invoice.paid"));
    let header = |name: &str| message.headers.get(name).map(|value| value.as_str());
    assert_eq!(header("Nats-Msg-Id"), header("webhook-id"));
    assert_eq!(header("x-delivery-event-id"), Some("evt_1"));
    assert_eq!(header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn no_type_is_a_wildcard_or_leaves_its_place() {
    let Some((_nats, client)) = server().await else {
        return;
    };
    let stream = stream(&client, hooks()).await;
    let github: TestSender = TestSender::new(providers::GITHUB, SECRET);
    // The type of GitHub is in a header that is not signed.
    for (sequence, (kind, subject)) in [
        ("*", "webhooks.github.%2A"),
        (">", "webhooks.github.%3E"),
        ("a.>", "webhooks.github.a.%3E"),
        ("a b", "webhooks.github.a%20b"),
        ("..", "webhooks.github._._._"),
    ]
    .into_iter()
    .enumerate()
    {
        let inbox = inbox();
        let endpoint = github.endpoint().durable(inbox.clone()).build().unwrap();
        store(
            &endpoint,
            &github,
            TestPayload::from(format!("{{\"{kind}\":1}}")).event_type(kind),
        )
        .await;
        let nats = JetStream::new(client.clone(), "webhooks.{provider}.{type}").unwrap();
        let _worker = work(&inbox, Relay::to(nats).build(endpoint));
        assert_eq!(settled(&inbox).await, [done()], "{kind:?}");
        let message = stream.get_raw_message(sequence as u64 + 1).await.unwrap();
        assert_eq!(&*message.subject, subject);
    }
}

#[tokio::test]
async fn a_copy_within_the_window_is_done_and_not_stored() {
    let Some((_nats, client)) = server().await else {
        return;
    };
    let mut stream = stream(&client, hooks()).await;
    let nats = JetStream::new(client, "webhooks.{type}").unwrap();
    assert_eq!(relay(nats.clone(), "evt_1", "a").await, done());
    assert_eq!(relay(nats.clone(), "evt_1", "a").await, done());
    assert_eq!(count(&mut stream).await, 1);
    assert_eq!(relay(nats, "evt_2", "a").await, done());
    assert_eq!(count(&mut stream).await, 2);
}

#[tokio::test]
async fn a_copy_after_the_window_is_stored_again_without_a_subject_of_its_own() {
    let Some((_nats, client)) = server().await else {
        return;
    };
    let window = Duration::from_millis(100);
    let config = stream::Config {
        duplicate_window: window,
        ..hooks()
    };
    let mut stream = stream(&client, config).await;
    let plain = JetStream::new(client, "webhooks.{type}").unwrap();
    let per_key = plain.clone().one_subject_per_key();
    for (nats, stored) in [(plain, 2), (per_key, 3)] {
        assert_eq!(relay(nats.clone(), "evt_1", "a").await, done());
        // The server forgets ids by its own clock.
        tokio::time::sleep(window * 5).await;
        assert_eq!(relay(nats, "evt_1", "a").await, done());
        assert_eq!(count(&mut stream).await, stored);
    }
}

#[tokio::test]
async fn a_stream_of_one_message_a_subject_knows_copies_too() {
    let Some((_nats, client)) = server().await else {
        return;
    };
    let config = stream::Config {
        max_messages_per_subject: 1,
        discard: stream::DiscardPolicy::New,
        discard_new_per_subject: true,
        duplicate_window: Duration::from_millis(100),
        ..hooks()
    };
    let mut stream = stream(&client, config).await;
    let nats = JetStream::new(client, "webhooks.{type}")
        .unwrap()
        .one_subject_per_key();
    assert_eq!(relay(nats.clone(), "evt_1", "a").await, done());
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(relay(nats, "evt_1", "a").await, done());
    assert_eq!(count(&mut stream).await, 1);
}

#[tokio::test]
async fn a_subject_without_a_stream_is_parked() {
    let Some((_nats, client)) = server().await else {
        return;
    };
    let nats = JetStream::new(client, "nobody.{type}").unwrap();
    assert_eq!(relay(nats, "evt_1", "a").await, parked("no stream"));
}

#[tokio::test]
async fn a_message_that_the_stream_does_not_take_is_parked() {
    let Some((_nats, client)) = server().await else {
        return;
    };
    let config = stream::Config {
        max_message_size: 20,
        ..hooks()
    };
    stream(&client, config).await;
    let nats = JetStream::new(client, "webhooks.{type}").unwrap();
    assert_eq!(relay(nats, "evt_1", "a").await, parked("too large"));
}

#[tokio::test]
async fn a_full_stream_is_retried_until_it_has_room() {
    let Some((_nats, client)) = server().await else {
        return;
    };
    let config = stream::Config {
        max_messages: 1,
        discard: stream::DiscardPolicy::New,
        ..hooks()
    };
    let mut stream = stream(&client, config).await;
    // Not even a relay with a subject for each key takes it for a copy.
    let nats = JetStream::new(client, "webhooks.{type}")
        .unwrap()
        .one_subject_per_key();
    assert_eq!(relay(nats.clone(), "evt_1", "a").await, done());
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_2", "a").await;
    let _worker = work(&inbox, Relay::to(nats).build(endpoint));
    failed_with(&inbox, "error 10077").await;
    stream.purge().await.unwrap();
    assert_eq!(settled(&inbox).await[0].0, JobState::Done);
    assert_eq!(count(&mut stream).await, 1);
}

#[tokio::test]
async fn a_subject_of_another_stream_is_parked() {
    let Some((_nats, client)) = server().await else {
        return;
    };
    let mut stream = stream(&client, hooks()).await;
    let nats = JetStream::new(client, "webhooks.{type}").unwrap();
    let other = nats.clone().only_into("OTHER");
    assert_eq!(relay(other, "evt_1", "a").await, parked("other stream"));
    assert_eq!(count(&mut stream).await, 0);
    assert_eq!(relay(nats.only_into("HOOKS"), "evt_1", "a").await, done());
}

/// The client would send it once it is connected, however late.
#[tokio::test]
async fn what_failed_without_a_connection_is_not_sent_later() {
    let Some((mut nats, client)) = server().await else {
        return;
    };
    let mut stream = stream(&client, hooks()).await;
    nats.kill();
    while client.connection_state() == State::Connected {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let engine = JetStream::new(client.clone(), "webhooks.{type}").unwrap();
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", "a").await;
    let worker = work(&inbox, Relay::to(engine).build(endpoint));
    failed_with(&inbox, "not connected").await;
    worker.drain(Duration::from_secs(5)).await;
    nats.restart();
    while client.connection_state() != State::Connected {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // It comes after whatever the client has kept.
    let context = jetstream::new(client);
    let marker = context.publish("webhooks.marker", "".into()).await.unwrap();
    marker.await.unwrap();
    assert_eq!(count(&mut stream).await, 1);
}

#[tokio::test]
async fn a_relay_begins_without_a_server_and_connects_when_there_is_one() {
    let Some((mut nats, client)) = server().await else {
        return;
    };
    stream(&client, hooks()).await;
    drop(client);
    nats.kill();
    let url = nats.url();
    let connect = move || {
        let url = url.clone();
        async move { Ok(jetstream::new(async_nats::connect(url).await?)) }
    };
    let engine = JetStream::connecting(connect, "webhooks.{type}").unwrap();
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", "a").await;
    let _worker = work(&inbox, Relay::to(engine).build(endpoint));
    failed_with(&inbox, "not connected").await;
    nats.restart();
    assert_eq!(settled(&inbox).await[0].0, JobState::Done);
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_stored_twice_when_the_server_is_killed() {
    let Some((mut nats, client)) = server().await else {
        return;
    };
    stream(&client, hooks()).await;
    let mut context = jetstream::new(client);
    context.set_timeout(Duration::from_millis(200));
    let engine = JetStream::with_context(context, "webhooks.{type}").unwrap();
    let (inbox, endpoint) = stripe();
    nats.kill();
    for number in 0..20 {
        store_event(&endpoint, &format!("evt_{number}"), "a").await;
    }
    let _worker = work(&inbox, Relay::to(engine).build(endpoint));
    failed_with(&inbox, "not connected").await;
    nats.restart();
    let ends = settled(&inbox).await;
    assert_eq!(ends.len(), 20);
    assert!(
        ends.iter().all(|(state, _)| *state == JobState::Done),
        "{ends:?}"
    );
    let client = async_nats::connect(nats.url()).await.unwrap();
    let mut stream = jetstream::new(client).get_stream("HOOKS").await.unwrap();
    assert_eq!(count(&mut stream).await, 20);
}
