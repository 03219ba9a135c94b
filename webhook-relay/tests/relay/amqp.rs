//! A RabbitMQ broker, if there is one.

use std::io::Write;
use std::sync::{Arc, Mutex};

use lapin::types::AMQPValue;
use webhook_inbox::JobState;
use webhook_relay::{Amqp, Relay};
use webhook_test_services::RabbitMq;

use crate::bench::{
    done, event, failed, failed_with, parked, settled, store_event, stripe, unique, work,
};
use crate::broker::{Cable, Queue, to_queue};

#[tokio::test]
async fn a_message_is_persistent_and_has_its_key_and_its_headers() {
    let Some(rabbit) = RabbitMq::find() else {
        return;
    };
    let queue = Queue::declare(rabbit.url(), &[]).await;
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", "invoice.paid").await;
    let relay = Relay::to(to_queue(rabbit.url(), &queue.name)).build(endpoint);
    let _worker = work(&inbox, relay);
    assert_eq!(settled(&inbox).await, [done()]);
    let message = queue.get().await.unwrap();
    assert_eq!(message.data, event("evt_1", "invoice.paid").into_bytes());
    let properties = &message.properties;
    assert_eq!(*properties.delivery_mode(), Some(2));
    let text = |value: &Option<lapin::types::ShortString>| value.as_ref().map(ToString::to_string);
    assert_eq!(
        text(properties.content_type()).as_deref(),
        Some("application/json")
    );
    let headers = properties.headers().as_ref().unwrap().inner();
    let header = |name: &str| match headers.get(name) {
        Some(AMQPValue::LongString(value)) => Some(value.to_string()),
        _ => None,
    };
    assert_eq!(header("webhook-id"), text(properties.message_id()));
    assert_eq!(header("x-delivery-type").as_deref(), Some("invoice.paid"));
    queue.delete().await;
}

#[tokio::test]
async fn an_unroutable_message_is_parked_and_never_another_one() {
    let Some(rabbit) = RabbitMq::find() else {
        return;
    };
    let queue = Queue::declare(rabbit.url(), &[]).await;
    // The type says which queue: every other one does not exist.
    let (known, unknown) = (queue.name.clone(), unique("absent"));
    let engine = Amqp::new(rabbit.url())
        .unwrap()
        .topic("", "{type}")
        .unwrap();
    let (inbox, endpoint) = stripe();
    for number in 0..100 {
        let kind = if number % 2 == 0 { &known } else { &unknown };
        store_event(&endpoint, &format!("evt_{number}"), kind).await;
    }
    let _worker = work(&inbox, Relay::to(engine).build(endpoint));
    let ends = settled(&inbox).await;
    for (number, end) in ends.iter().enumerate() {
        let expected = if number % 2 == 0 {
            done()
        } else {
            parked("unroutable")
        };
        assert_eq!(*end, expected, "{number}");
    }
    assert_eq!(queue.message_ids().await.len(), 50);
    queue.delete().await;
}

#[tokio::test]
async fn a_message_to_an_exchange_that_is_not_there_is_parked() {
    let Some(rabbit) = RabbitMq::find() else {
        return;
    };
    let engine = Amqp::new(rabbit.url()).unwrap();
    let engine = engine
        .topic(&unique("exchange"), "{provider}.{type}")
        .unwrap();
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", "a").await;
    let _worker = work(&inbox, Relay::to(engine).build(endpoint));
    assert_eq!(settled(&inbox).await, [parked("no exchange")]);
}

#[tokio::test]
async fn a_queue_that_refuses_a_message_is_retried() {
    let Some(rabbit) = RabbitMq::find() else {
        return;
    };
    let refuses = [
        ("x-max-length", AMQPValue::LongInt(1)),
        ("x-overflow", AMQPValue::LongString("reject-publish".into())),
    ];
    let queue = Queue::declare(rabbit.url(), &refuses).await;
    let (inbox, endpoint) = stripe();
    let engine = to_queue(rabbit.url(), &queue.name);
    let _worker = work(&inbox, Relay::to(engine).build(endpoint.clone()));
    store_event(&endpoint, "evt_1", "a").await;
    assert_eq!(settled(&inbox).await, [done()]);
    store_event(&endpoint, "evt_2", "a").await;
    failed_with(&inbox, "nack").await;
    // Once the first one is gone, the retry finds room. It may do so while these are read.
    let mut ids = queue.message_ids().await;
    assert_eq!(settled(&inbox).await[1].0, JobState::Done);
    ids.extend(queue.message_ids().await);
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
    queue.delete().await;
}

#[tokio::test]
async fn a_routing_key_that_is_too_long_is_parked() {
    let Some(rabbit) = RabbitMq::find() else {
        return;
    };
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", &"a".repeat(256)).await;
    let engine = Amqp::new(rabbit.url())
        .unwrap()
        .topic("", "{type}")
        .unwrap();
    let _worker = work(&inbox, Relay::to(engine).build(endpoint));
    assert_eq!(settled(&inbox).await, [parked("routing key too long")]);
}

#[tokio::test]
async fn nothing_is_lost_when_the_connection_breaks() {
    let Some(rabbit) = RabbitMq::find() else {
        return;
    };
    let queue = Queue::declare(rabbit.url(), &[]).await;
    let cable = Cable::to(rabbit.url()).await;
    let (inbox, endpoint) = stripe();
    let engine = to_queue(&cable.url(rabbit.url()), &queue.name);
    let _worker = work(&inbox, Relay::to(engine).build(endpoint.clone()));
    store_event(&endpoint, "evt_first", "a").await;
    assert_eq!(settled(&inbox).await, [done()]);
    cable.cut();
    for number in 0..20 {
        store_event(&endpoint, &format!("evt_{number}"), "a").await;
    }
    // The connection breaks under a message, or the next one cannot be made.
    failed(&inbox).await;
    cable.mend();
    let ends = settled(&inbox).await;
    assert!(
        ends.iter().all(|(state, _)| *state == JobState::Done),
        "{ends:?}"
    );
    // A message whose confirmation was lost is there twice.
    let mut ids = queue.message_ids().await;
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 21);
    queue.delete().await;
}

/// Everything that is logged in this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_returned_message_is_not_in_the_log() {
    let Some(rabbit) = RabbitMq::find() else {
        return;
    };
    let log = Log::default();
    let writer = log.clone();
    // For all threads: the client has one of its own.
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _ = tracing::subscriber::set_global_default(subscriber);
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_hidden_in_the_body", "a").await;
    let engine = to_queue(rabbit.url(), &unique("absent"));
    let _worker = work(&inbox, Relay::to(engine).build(endpoint));
    assert_eq!(settled(&inbox).await, [parked("unroutable")]);
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(!log.is_empty());
    // Bytes are shown as a list of numbers.
    let as_numbers = format!("{:?}", b"hidden_in_the_body");
    let as_numbers = as_numbers.trim_matches(['[', ']']);
    assert!(!log.contains("hidden_in_the_body") && !log.contains(as_numbers));
}
