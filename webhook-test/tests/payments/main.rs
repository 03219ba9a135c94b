//! Payment events in handlers: one suite over axum and actix-web.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::duplicate_mod, reason = "one suite over two frameworks")]

mod on_actix;
mod on_axum;
