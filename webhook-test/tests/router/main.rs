//! The router by event type: one suite over axum and actix-web.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answered;
mod on_actix;
mod on_axum;
