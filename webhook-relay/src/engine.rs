//! What a relay hands messages to.

use std::future::Future;

use webhook_worker::Consumed;

use crate::Message;

/// An engine that takes messages: a broker, a queue, a service.
///
/// This crate has `SignedHttp`, `JetStream` and `Amqp`, each with its feature, and
/// `webhook-relay-kafka` has Kafka. Another engine needs one method:
///
/// ```
/// use webhook_relay::{Engine, Message};
/// use webhook_worker::Consumed;
///
/// /// Prints what happens.
/// struct Log;
///
/// impl Engine for Log {
///     async fn publish(&self, message: &Message) -> Consumed {
///         println!("{} {}", message.key(), message.body().len());
///         Consumed::Done
///     }
/// }
/// ```
pub trait Engine: Send + Sync + 'static {
    /// How CloudEvents in [binary mode](crate::CloudEvents::binary) are written. Default: as over
    /// HTTP.
    fn binary_mode(&self) -> BinaryMode {
        BinaryMode::HTTP
    }

    /// Hands a message over, and says what became of it.
    ///
    /// [`Done`](Consumed::Done) means that the engine has it for good: it was confirmed, or it is a
    /// copy of one that the engine has. A wrong `Done` loses the event. After an answer that got
    /// lost, the same message comes again, with the same [key](Message::key): an engine that
    /// removes duplicates needs it.
    fn publish(&self, message: &Message) -> impl Future<Output = Consumed> + Send;
}

/// How the attributes of a CloudEvent are headers of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BinaryMode {
    /// What stands before the name of an attribute.
    pub prefix: &'static str,
    /// Whether characters other than visible ASCII are percent-encoded.
    pub is_percent_encoded: bool,
}

impl BinaryMode {
    /// HTTP protocol binding, section 3.1.3: `ce-id`.
    pub const HTTP: Self = Self::new("ce-", true);
    /// NATS protocol binding, section 3.1: as over HTTP.
    pub const NATS: Self = Self::HTTP;
    /// Kafka protocol binding, section 3.2.3: `ce_id`, in UTF-8.
    pub const KAFKA: Self = Self::new("ce_", false);
    /// AMQP protocol binding, section 3.1.3: `cloudEvents_id`. It is for AMQP 1.0. RabbitMQ gives
    /// receivers with AMQP 1.0 the headers of AMQP 0-9-1 as application properties.
    pub const AMQP: Self = Self::new("cloudEvents_", false);

    /// A prefix, and whether values are percent-encoded.
    #[must_use]
    pub const fn new(prefix: &'static str, is_percent_encoded: bool) -> Self {
        Self {
            prefix,
            is_percent_encoded,
        }
    }
}
