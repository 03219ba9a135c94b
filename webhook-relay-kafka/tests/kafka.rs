//! The mock cluster of librdkafka.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use webhook_core::secret_store::KeyRing;
use webhook_core::testing::TestSender;
use webhook_core::{Claimed, Endpoint, Finished, Head, SealKeys};
use webhook_inbox::{Inbox, InboxTable, JobFilter, JobState, MemoryInbox};
use webhook_relay::{CloudEvents, Relay};
use webhook_relay_kafka::{Kafka, rdkafka};
use webhook_worker::{RetryPolicy, RunningWorker, Worker};

const SECRET: &str = "whsec_0123456789abcdef";
const TOPIC: &str = "webhooks";

type Cluster = MockCluster<'static, DefaultProducerContext>;

fn cluster() -> Cluster {
    let cluster = MockCluster::new(3).unwrap();
    cluster.create_topic(TOPIC, 4, 3).unwrap();
    cluster
}

fn stripe() -> (Inbox<MemoryInbox>, Endpoint) {
    let ring = KeyRing::parse(&KeyRing::fresh_entry("1").unwrap()).unwrap();
    let inbox = Inbox::new(MemoryInbox::new(), SealKeys::new(&ring));
    let endpoint = Endpoint::stripe(SECRET).durable(inbox.clone());
    (inbox, endpoint.build().unwrap())
}

async fn store(endpoint: &Endpoint, id: &str) {
    let stripe: TestSender = TestSender::stripe(SECRET);
    let signed = stripe.signed(format!(r#"{{"id":"{id}","type":"invoice.paid"}}"#));
    let head = Head::new("POST", "/hooks", &signed.headers);
    let mut intake = endpoint.begin(&head).intake().unwrap();
    intake.push(signed.body.clone()).unwrap();
    let Finished::Event(checked) = intake.finish().unwrap() else {
        panic!("no event")
    };
    assert!(matches!(checked.claim().await, Ok(Claimed::Stored(_))));
}

fn work(inbox: &Inbox<MemoryInbox>, relay: Relay<Kafka>) -> RunningWorker {
    let soon = Duration::from_millis(1);
    let retry = RetryPolicy::default().waits(soon, soon);
    let worker = Worker::new(inbox.clone()).retry(retry).consumer(relay);
    worker.spawn().unwrap()
}

/// Waits until no job is due or running.
async fn settled(inbox: &Inbox<MemoryInbox>) -> Vec<(JobState, Option<String>)> {
    loop {
        let filter = JobFilter::default();
        let jobs = inbox.table().list(&filter, None, 100).await.unwrap().jobs;
        let is_open = |state| matches!(state, JobState::Due | JobState::Running);
        if !jobs.iter().any(|job| is_open(job.state)) {
            let ends = jobs.into_iter();
            return ends
                .map(|job| (job.state, job.error.map(Into::into)))
                .collect();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn consumer(cluster: &Cluster) -> StreamConsumer {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", cluster.bootstrap_servers())
        .set("group.id", "test")
        .set("auto.offset.reset", "earliest")
        .create()
        .unwrap();
    consumer.subscribe(&[TOPIC]).unwrap();
    consumer
}

fn header<'m>(message: &'m BorrowedMessage<'_>, name: &str) -> Option<&'m str> {
    let mut headers = message.headers()?.iter();
    let found = headers.find(|header| header.key == name)?;
    std::str::from_utf8(found.value?).ok()
}

#[tokio::test]
async fn a_message_has_its_key_its_headers_and_the_exact_body() {
    let cluster = cluster();
    let (inbox, endpoint) = stripe();
    store(&endpoint, "evt_1").await;
    let kafka = Kafka::new(&cluster.bootstrap_servers(), TOPIC).unwrap();
    let _worker = work(&inbox, Relay::to(kafka).build(endpoint));
    assert_eq!(settled(&inbox).await, [(JobState::Done, None)]);
    let consumer = consumer(&cluster);
    let message = consumer.recv().await.unwrap();
    assert_eq!(message.key(), Some(&b"stripe"[..]));
    let body = br#"{"id":"evt_1","type":"invoice.paid"}"#;
    assert_eq!(message.payload(), Some(&body[..]));
    assert_eq!(header(&message, "webhook-id").map(str::len), Some(64));
    assert_eq!(header(&message, "x-delivery-type"), Some("invoice.paid"));
    assert_eq!(header(&message, "content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_binary_cloud_event_has_the_headers_of_kafka_and_a_chosen_key() {
    let cluster = cluster();
    let (inbox, endpoint) = stripe();
    store(&endpoint, "evt_1").await;
    let kafka = Kafka::new(&cluster.bootstrap_servers(), TOPIC).unwrap();
    let kafka = kafka.key(|message| message.key().to_owned());
    let relay = Relay::to(kafka).cloud_events(CloudEvents::binary());
    let _worker = work(&inbox, relay.build(endpoint));
    assert_eq!(settled(&inbox).await, [(JobState::Done, None)]);
    let consumer = consumer(&cluster);
    let message = consumer.recv().await.unwrap();
    let id = header(&message, "ce_id").unwrap();
    assert_eq!(message.key(), Some(id.as_bytes()));
    assert_eq!(header(&message, "ce_type"), Some("invoice.paid"));
}

#[tokio::test]
async fn a_broker_that_fails_for_a_while_gets_the_message_once() {
    let cluster = cluster();
    let not_yet = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS;
    cluster.request_errors(RDKafkaApiKey::Produce, &[not_yet; 3]);
    let (inbox, endpoint) = stripe();
    store(&endpoint, "evt_1").await;
    let kafka = Kafka::new(&cluster.bootstrap_servers(), TOPIC).unwrap();
    let _worker = work(&inbox, Relay::to(kafka).build(endpoint));
    assert_eq!(settled(&inbox).await, [(JobState::Done, None)]);
    let consumer = consumer(&cluster);
    let partitions = (0..4).map(|partition| {
        let watermarks = consumer.fetch_watermarks(TOPIC, partition, Duration::from_secs(10));
        watermarks.unwrap().1
    });
    assert_eq!(partitions.sum::<i64>(), 1);
}

#[tokio::test]
async fn a_topic_that_is_not_there_or_not_allowed_is_parked() {
    for (code, kind) in [
        (
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
            "not authorized",
        ),
        (
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
            "no topic",
        ),
    ] {
        let cluster = cluster();
        cluster.topic_error(TOPIC, code).unwrap();
        let (inbox, endpoint) = stripe();
        store(&endpoint, "evt_1").await;
        let kafka = Kafka::new(&cluster.bootstrap_servers(), TOPIC).unwrap();
        let _worker = work(&inbox, Relay::to(kafka).build(endpoint));
        let parked = (JobState::Parked, Some(kind.to_owned()));
        assert_eq!(settled(&inbox).await, [parked]);
    }
}
