//! Relays stored, verified webhook deliveries to engines that exist already: HTTP services, NATS
//! JetStream, RabbitMQ, Kafka.
//!
//! A [`Relay`] is a consumer of a [`Worker`](webhook_worker::Worker). The sender was answered when
//! the inbox had stored its delivery, so an engine that is down never changes an answer: the worker
//! retries, later each time.
//!
//! ```
//! use webhook_core::Endpoint;
//! use webhook_inbox::{Inbox, KeyRing, MemoryInbox, SealKeys};
//! use webhook_relay::{CloudEvents, Engine, Message, Relay};
//! use webhook_worker::{Consumed, Worker};
//!
//! /// In production: `SignedHttp`, `JetStream` or `Amqp`.
//! struct Printer;
//!
//! impl Engine for Printer {
//!     async fn publish(&self, message: &Message) -> Consumed {
//!         println!("{}: {} bytes", message.key(), message.body().len());
//!         Consumed::Done
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // In production: `KeyRing::from_env("WEBHOOK_SECRET_KEYS")?`, and a table in a database.
//! let keys = SealKeys::new(&KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?);
//! let inbox = Inbox::new(MemoryInbox::new(), keys);
//! let endpoint = Endpoint::stripe("whsec_0123456789abcdef").durable(inbox.clone()).build()?;
//!
//! let relay = Relay::to(Printer).cloud_events(CloudEvents::structured()).build(endpoint);
//! let worker = Worker::new(inbox).consumer(relay).spawn()?;
//! # drop(worker);
//! # Ok(())
//! # }
//! ```
//!
//! # What travels
//!
//! The body exactly as it was verified, with its content type, and these headers:
//!
//! | header | value |
//! |---|---|
//! | `webhook-id` | the [key](Message::key) of the event: the same for all attempts and copies |
//! | `x-delivery-provider` | the provider |
//! | `x-delivery-tenant` | the tenant, with tenants |
//! | `x-delivery-consumer` | the consumer of the inbox, if it has a name |
//! | `x-delivery-type` or `x-delivery-unsigned-type` | the provider's type, signed or not |
//! | `x-delivery-event-id` or `x-delivery-unsigned-event-id` | the provider's id, likewise |
//! | `x-delivery-unsigned-body` | `true`, if the provider's signature does not cover the body |
//! | `x-delivery-mode` | `live` or `test`, if the provider says it |
//! | `x-delivery-attempt` | the number of this attempt, from one |
//! | `x-delivery-received-at` | when the delivery arrived, in UTC: `2027-01-31T23:59:59Z` |
//! | `x-delivery-query` | the query of a `GET`, which has the event, without the sender's token |
//!
//! A value that is not visible ASCII is left out. No secret, no token and no signature of the
//! sender travels, unless [`pass_header`](RelayBuilder::pass_header) names its header. A secret
//! that a provider puts into the body, such as a token in a form, is a part of the body.
//!
//! # A body that is too long
//!
//! Brokers limit messages: NATS and Kafka to 1 MiB, unless they are told otherwise. In place of a
//! body of more than 256 KiB a [`Reference`] travels, with its length and SHA-256. The body stays
//! in the inbox, or goes to a [`BodyStore`]. [`Relay`] has a setting for the limit.
//!
//! # How often does a message arrive?
//!
//! At least once. If the answer of an engine is lost, or the worker is killed before the delivery
//! is done, the message is sent again with the same key. Engines that remove duplicates by it, and
//! for how long, are in the table of `docs/relays.md`.
//!
//! # Features
//!
//! * `http`: `SignedHttp`. With `http-tls`, also to `https`.
//! * `nats`: `JetStream`.
//! * `amqp`: `Amqp`. With `amqp-tls`, also over `amqps`.
//!
//! Kafka is in the crate `webhook-relay-kafka`, which builds librdkafka.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "amqp")]
mod amqp;
mod attributes;
mod body_store;
mod cloud_events;
mod engine;
mod error;
#[cfg(feature = "http")]
mod http;
mod key;
#[cfg(any(feature = "amqp", feature = "nats"))]
mod log;
mod message;
#[cfg(feature = "nats")]
mod nats;
mod passed;
mod reference;
mod relay;
#[cfg(any(feature = "amqp", feature = "nats"))]
mod template;
mod token;

#[cfg(feature = "amqp")]
pub use amqp::{Amqp, Broker};
#[cfg(feature = "nats")]
pub use async_nats;
pub use body_store::BodyStore;
pub use cloud_events::CloudEvents;
pub use engine::{BinaryMode, Engine};
pub use error::RelayError;
#[cfg(feature = "http")]
pub use http::SignedHttp;
pub use message::Message;
#[cfg(feature = "nats")]
pub use nats::JetStream;
pub use reference::{Reference, ReferenceError};
pub use relay::{Relay, RelayBuilder};
#[cfg(feature = "http")]
pub use webhook_forward as forward;

/// The page `docs/relays.md`.
#[cfg(doctest)]
#[doc = include_str!("../../docs/relays.md")]
struct Page;
