//! `webhook serve` with an inbox, and `webhook inbox`: the built program, a receiver, programs that
//! handle events, and engines that they are relayed to.

#![cfg(all(unix, feature = "sqlite"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "amqp")]
mod amqp;
#[cfg(feature = "amqp")]
mod cable;
#[path = "../common/mod.rs"]
mod common;
mod engines;
mod exec;
#[cfg(feature = "nats")]
mod nats;
mod places;
mod serving;
mod setup;
mod tenants;
mod verbs;
