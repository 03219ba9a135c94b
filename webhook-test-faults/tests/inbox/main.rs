//! Inboxes under faults: servers that are killed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod gateway;
mod steps;
