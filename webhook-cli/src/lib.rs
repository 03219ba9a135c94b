//! The `webhook` command: receives webhooks as a stand-alone program.
//!
//! * `webhook serve --config FILE` reads routes and secrets from a file and serves each route at
//!   `/hooks/<route>`.
//! * `webhook check --config FILE` says whether `serve` would start.
//! * `webhook store` lists, revives, forgets and sweeps the records of a store.
//! * `webhook secrets` puts, rotates, revokes and lists the secrets of tenants.
//! * `webhook inbox` lists, redrives, parks and drops stored events.
//! * `webhook providers` lists what a route can configure.
//!
//! `webhook --help` has the exit codes.
//!
//! It is a library for one purpose: `webhook-cli-kafka` is the same program with one more engine.
//! Nothing in it is for other crates, and anything may change with any version.

mod answer;
mod catalogue;
mod commands;
mod config;
mod connection;
mod engine;
mod exec;
mod failure;
mod health;
mod log;
mod metrics;
mod observe;
mod routes;
mod server;
mod store;

use std::process::ExitCode;

use clap::Parser as _;

use crate::commands::Arguments;
#[doc(hidden)]
pub use crate::config::EntryError;
#[doc(hidden)]
pub use crate::engine::{AnyEngine, EngineKind, EngineSettings};

/// Runs the command of this process, with these engines in addition to its own.
#[doc(hidden)]
#[must_use]
#[tokio::main]
pub async fn main_with(engines: &'static [EngineKind]) -> ExitCode {
    engine::add(engines);
    Arguments::parse().run().await
}
