//! `webhook serve` with an inbox, and `webhook inbox`: the built program, a receiver, and programs
//! that handle events.

#![cfg(all(unix, feature = "sqlite"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod exec;
mod places;
mod serving;
mod setup;
mod verbs;
