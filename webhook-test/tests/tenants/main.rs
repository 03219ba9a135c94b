//! Tenants at the door of axum and of actix-web: one suite over both.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::duplicate_mod, reason = "one suite over two frameworks")]

mod answered;
mod on_actix;
mod on_axum;
