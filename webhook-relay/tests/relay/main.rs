//! Relays of deliveries that a worker takes out of an inbox in memory.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "amqp")]
mod amqp;
mod bench;
#[cfg(feature = "amqp")]
mod broker;
mod claim_check;
mod cloud_events;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "amqp")]
mod killed_broker;
mod message;
#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "http")]
mod restate;
