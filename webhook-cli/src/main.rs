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

mod answer;
mod catalogue;
mod commands;
mod config;
mod connection;
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

#[tokio::main]
async fn main() -> ExitCode {
    Arguments::parse().run().await
}
