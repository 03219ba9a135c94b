//! The `webhook` command: receives webhooks as a program of its own.
//!
//! `webhook serve --config FILE --listen ADDR:PORT` reads routes and secrets from a JSON file and answers on
//! `/hooks/<route>`. `webhook providers [--json]` lists what may be configured. Exit codes: 0 after SIGTERM or SIGINT, 1 where the address cannot be listened on, 2 for a
//! configuration that cannot be used.

mod catalogue;
mod config;
mod entries;
mod keys;
mod linger;
mod receipt;
mod router;
mod serve;
mod suggest;

use std::error::Error;
use std::fmt::Display;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::Config;

/// Receive webhooks: verified, fresh, never taken twice.
#[derive(Parser)]
#[command(name = "webhook", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Receive the webhooks of the routes in a file, on `/hooks/ROUTE`.
    Serve {
        /// The routes: a JSON object of route names, each with its provider and secret.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Where to listen.
        #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
        listen: String,
    },
    /// List the providers, their other names and variants, and what a route of each is configured with.
    Providers {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let (config, listen) = match Arguments::parse().verb {
        Verb::Serve { config, listen } => (config, listen),
        Verb::Providers { json } => {
            return match catalogue::print(json) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => fail(1, &"stdout", &error),
            };
        }
    };
    log_to_stderr();
    let served = match Config::load(&config) {
        Ok(routes) => serve::serve(routes, &listen).await,
        Err(error) => return fail(2, &config.display(), &error),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(1, &listen, &error),
    }
}

fn fail(code: u8, what: &dyn Display, error: &dyn Error) -> ExitCode {
    eprint!("error: {what}: {error}");
    if let Some(source) = error.source() {
        eprint!(": {source}");
    }
    eprintln!();
    ExitCode::from(code)
}

/// Stdout is for the one line that says where the server listens.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
}
