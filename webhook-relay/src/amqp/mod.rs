//! RabbitMQ, and other brokers of AMQP 0-9-1.

mod channels;
mod outcome;
mod uri;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lapin::options::BasicPublishOptions;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{BasicProperties, Channel, Confirmation};
use tokio::time::timeout;
use webhook_core::adapter::LogLimit;
use webhook_worker::Consumed;

use crate::amqp::channels::Channels;
use crate::amqp::outcome::Failure;
use crate::engine::BinaryMode;
use crate::template::Template;
use crate::{Engine, Message, RelayError};

/// AMQP 0-9-1, section 4.2.5.3: the length of a short string is one byte.
const MAX_SHORT: usize = 255;
const PERSISTENT: u8 = 2;
/// How long a message may take, with a new connection and its confirmation. Quorum queues confirm
/// within milliseconds.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Publishes each message to an exchange of RabbitMQ, and waits for the confirmation.
///
/// ```
/// use webhook_relay::{Amqp, Relay};
/// # use webhook_core::Endpoint;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let endpoint = Endpoint::stripe("whsec_0123456789abcdef").build()?;
/// let rabbit = Amqp::new("amqp://relay:password@127.0.0.1:5672/%2f")?
///     .topic("webhooks", "{provider}.{tenant}.{type}")?;
/// let relay = Relay::to(rabbit).build(endpoint);
/// # let _ = relay;
/// # Ok(())
/// # }
/// ```
///
/// Messages are persistent and `mandatory`. `message_id` is the [key](Message::key) of the event,
/// and `content_type` is set if it is known. The broker removes no duplicates: consumers do, by
/// `message_id`. The exchange and its queues have to exist: the relay declares nothing.
///
/// # What becomes of a delivery
///
/// | the broker | the delivery |
/// |---|---|
/// | confirms the message | is done |
/// | returns it, since no queue is bound to its routing key | is parked: `unroutable` |
/// | has no such exchange | is parked: `no exchange` |
/// | refuses it (`nack`): a queue is full or has no leader | is retried |
/// | does not confirm within 15 s, or cannot be reached | is retried |
///
/// A routing key of more than 255 bytes is parked: `routing key too long`.
///
/// # Connections
///
/// One connection, which is made with the first message, and again after it was lost. Each message
/// in flight has a channel of its own: with several messages on one channel, the client cannot tell
/// which of them was returned. Without a heartbeat in the URI, it is 10 s.
#[derive(Clone)]
pub struct Amqp {
    channels: Arc<Channels>,
    exchange: ShortString,
    routing_key: Template,
    lines: Arc<LogLimit>,
}

/// A broker without a destination. Choose one.
#[derive(Clone)]
#[must_use]
pub struct Broker(Arc<Channels>);

impl Amqp {
    /// Begins with the URI of the broker. Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// [`RelayError::InvalidUri`] says what is wrong with the URI, and does not quote it. `amqps`
    /// needs the feature `amqp-tls`.
    #[allow(
        clippy::new_ret_no_self,
        reason = "a destination is chosen with the next call"
    )]
    pub fn new(uri: &str) -> Result<Broker, RelayError> {
        Ok(Broker(Arc::new(Channels::new(uri::parse(uri)?))))
    }

    fn properties(message: &Message) -> BasicProperties {
        let mut headers = FieldTable::default();
        for (name, value) in message.headers() {
            // Of several values, the last one.
            if let Ok(name) = ShortString::try_new(name) {
                headers.insert(name, AMQPValue::LongString(value.into()));
            }
        }
        let mut properties = BasicProperties::default()
            .with_delivery_mode(PERSISTENT)
            .with_headers(headers);
        if let Ok(key) = ShortString::try_new(message.key()) {
            properties = properties.with_message_id(key);
        }
        let content_type = message.content_type().map(ShortString::try_new);
        match content_type {
            Some(Ok(content_type)) => properties.with_content_type(content_type),
            _ => properties,
        }
    }

    /// The channel is given back only if it is known what became of the message. A dropped channel
    /// is closed.
    async fn send(&self, key: ShortString, message: &Message) -> Result<Confirmation, Failure> {
        let channel = self.channels.take().await?;
        let confirmation = self.publish_on(&channel, key, message).await?;
        self.channels.give_back(channel);
        Ok(confirmation)
    }

    async fn publish_on(
        &self,
        channel: &Channel,
        key: ShortString,
        message: &Message,
    ) -> Result<Confirmation, Failure> {
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let (exchange, properties) = (self.exchange.clone(), Self::properties(message));
        let published = channel.basic_publish(exchange, key, options, message.body(), properties);
        Ok(published.await?.await?)
    }
}

impl Broker {
    /// To a topic or direct exchange, with routing keys by this template: names with dots between
    /// them, and `{provider}`, `{tenant}`, `{consumer}`, `{mode}`, and `{type}` at the end. A type
    /// such as `invoice.paid` becomes several words, each other value becomes one, with
    /// percent-encoding.
    ///
    /// # Errors
    ///
    /// [`RelayError::Template`].
    pub fn topic(self, exchange: &str, routing_key: &str) -> Result<Amqp, RelayError> {
        let short = ShortString::try_new(exchange);
        let exchange = short.map_err(|_| RelayError::Template {
            template: exchange.into(),
            problem: "is too long for the name of an exchange: at most 255 bytes",
        })?;
        Ok(Amqp {
            channels: self.0,
            exchange,
            routing_key: Template::parse(routing_key)?,
            lines: Arc::new(LogLimit::new()),
        })
    }

    /// To this queue, through the default exchange. Its name is a template, too.
    ///
    /// # Errors
    ///
    /// [`RelayError::Template`].
    pub fn queue(self, name: &str) -> Result<Amqp, RelayError> {
        self.topic("", name)
    }
}

impl Engine for Amqp {
    fn binary_mode(&self) -> BinaryMode {
        BinaryMode::AMQP
    }

    async fn publish(&self, message: &Message) -> Consumed {
        let routing_key = self.routing_key.fill(message.stored());
        let short = (routing_key.len() <= MAX_SHORT).then(|| ShortString::try_new(routing_key));
        let Some(Ok(routing_key)) = short else {
            return outcome::parked("routing key too long");
        };
        let sent = timeout(TIMEOUT, self.send(routing_key, message)).await;
        match sent.unwrap_or(Err(Failure::TimedOut)) {
            Ok(confirmation) => outcome::confirmed(&confirmation),
            Err(failure) => {
                crate::log::not_relayed(&self.lines, message, &failure);
                failure.consumed()
            }
        }
    }
}

/// The URI has a password.
impl fmt::Debug for Amqp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Amqp")
            .field("exchange", &self.exchange.as_str())
            .field("routing_key", &self.routing_key)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broker").finish_non_exhaustive()
    }
}
