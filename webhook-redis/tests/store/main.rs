//! The store against real servers. Each test has names of its own, or a server of its own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod building;
mod cancelling;
mod checking;
#[cfg(feature = "cluster")]
mod cluster;
mod common;
mod conformance;
mod corrupt;
mod dead;
mod epochs;
mod faults;
mod full;
mod replicas;
#[cfg(feature = "tls")]
mod tls;
