//! The producer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::util::Timeout;
use webhook_core::adapter::LogLimit;
use webhook_relay::{BinaryMode, Engine, Message};
use webhook_worker::Consumed;

use crate::outcome;

/// How long librdkafka tries to deliver a message, in milliseconds. The worker tries again later.
const TIMEOUT_MILLIS: &str = "15000";
/// How long a message may wait for room in the queue of the producer.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(5);

type KeyOf = dyn Fn(&Message) -> String + Send + Sync;

/// Produces each message to a topic of Kafka, and waits until all in-sync replicas have it.
///
/// The producer is idempotent (`enable.idempotence`, `acks=all`): its own retries leave no copies.
/// Those of the worker do, after an answer that got lost: Kafka removes no duplicates. Consumers
/// do, by the header `webhook-id`.
///
/// The key decides about the partition, and so about the order. Default: `TENANT/PROVIDER`, or the
/// provider without tenants.
///
/// # What becomes of a delivery
///
/// | the brokers | the delivery |
/// |---|---|
/// | have the message in all in-sync replicas | is done |
/// | have no such topic | is parked: `no topic` |
/// | do not let this client write to it | is parked: `not authorized` |
/// | do not take a message of this size | is parked: `too large` |
/// | do not answer within 15 s, or have too few in-sync replicas | is retried |
#[derive(Clone)]
pub struct Kafka {
    producer: FutureProducer,
    topic: Arc<str>,
    key_of: Arc<KeyOf>,
    lines: Arc<LogLimit>,
}

impl Kafka {
    /// A producer for these brokers, `host:port` with commas between them, and this topic.
    ///
    /// # Errors
    ///
    /// If the producer cannot be made. Nothing is connected yet.
    pub fn new(brokers: &str, topic: &str) -> Result<Self, KafkaError> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", brokers);
        Self::with_config(config, topic)
    }

    /// The same with the settings of librdkafka, such as those of TLS and SASL. Idempotence and
    /// `acks` are set in any case.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_config(mut config: ClientConfig, topic: &str) -> Result<Self, KafkaError> {
        config.set("enable.idempotence", "true");
        config.set("acks", "all");
        if config.get("message.timeout.ms").is_none() {
            config.set("message.timeout.ms", TIMEOUT_MILLIS);
        }
        // Each message is waited for: a pause to fill a batch only delays it.
        if config.get("linger.ms").is_none() {
            config.set("linger.ms", "0");
        }
        Ok(Self {
            producer: config.create()?,
            topic: topic.into(),
            key_of: Arc::new(key),
            lines: Arc::new(LogLimit::new()),
        })
    }

    /// Chooses the key of a message. Messages with one key are in one partition.
    #[must_use]
    pub fn key(mut self, of: impl Fn(&Message) -> String + Send + Sync + 'static) -> Self {
        self.key_of = Arc::new(of);
        self
    }
}

impl Engine for Kafka {
    fn binary_mode(&self) -> BinaryMode {
        BinaryMode::KAFKA
    }

    async fn publish(&self, message: &Message) -> Consumed {
        let key = (self.key_of)(message);
        let record = FutureRecord::to(&self.topic)
            .key(&key)
            .payload(&**message.body())
            .headers(headers(message));
        let sent = self.producer.send(record, Timeout::After(QUEUE_TIMEOUT));
        match sent.await {
            Ok(_) => Consumed::Done,
            Err((error, _)) => {
                self.report(message, &error);
                outcome::of(&error)
            }
        }
    }
}

impl Kafka {
    fn report(&self, message: &Message, error: &KafkaError) {
        let Some(suppressed) = self.lines.pass() else {
            return;
        };
        let stored = message.stored();
        tracing::warn!(
            target: "webhook",
            provider = stored.delivery().provider(),
            tenant = stored.delivery().tenant(),
            consumer = stored.consumer(),
            attempt = stored.delivery().attempt(),
            %error,
            suppressed,
            "not relayed"
        );
    }
}

fn key(message: &Message) -> String {
    let delivery = message.stored().delivery();
    match delivery.tenant() {
        Some(tenant) => format!("{tenant}/{}", delivery.provider()),
        None => delivery.provider().to_owned(),
    }
}

/// Kafka protocol binding of CloudEvents, section 3.2.1: the content type is a header.
fn headers(message: &Message) -> OwnedHeaders {
    let content_type = message.content_type().map(|value| ("content-type", value));
    let all = message.headers().chain(content_type);
    all.fold(OwnedHeaders::new(), |headers, (key, value)| {
        headers.insert(Header {
            key,
            value: Some(value),
        })
    })
}

/// The settings may hold a password.
impl fmt::Debug for Kafka {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kafka")
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}
