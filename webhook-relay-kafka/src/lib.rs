//! Relays stored, verified webhook deliveries to Kafka.
//!
//! [`Kafka`] is an engine for the relay of `webhook-relay`, in a crate of its own because it
//! compiles librdkafka.
//!
//! ```
//! use webhook_core::Endpoint;
//! use webhook_relay::Relay;
//! use webhook_relay_kafka::Kafka;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let endpoint = Endpoint::stripe("whsec_0123456789abcdef").build()?;
//! # let runtime = tokio::runtime::Runtime::new()?;
//! # let _guard = runtime.enter();
//! let kafka = Kafka::new("broker-1:9092,broker-2:9092", "webhooks")?;
//! let relay = Relay::to(kafka).build(endpoint);
//! # let _ = relay;
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod kafka;
mod outcome;

pub use kafka::Kafka;
pub use rdkafka;
