//! The `webhook` command: receives webhooks as a stand-alone program.
//!
//! `webhook serve --config FILE --listen ADDR:PORT` reads routes and secrets from a file and serves
//! each route at `/hooks/<route>`. `webhook providers [--json]` lists what a route can configure.
//!
//! Exit codes: 0 after SIGTERM or SIGINT, 1 if the server cannot start, 2 if the configuration
//! cannot be used.

mod answer;
mod catalogue;
mod commands;
mod config;
mod connection;
mod failure;
mod log;
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
