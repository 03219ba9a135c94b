//! The `webhook` command: receives webhooks as a stand-alone program.
//!
//! `webhook serve --config FILE --listen ADDR:PORT` reads routes and secrets from a JSON file and
//! serves each route at `/hooks/<route>`. `webhook providers [--json]` lists what a route can
//! configure.
//!
//! Exit codes: 0 after SIGTERM or SIGINT, 1 if the server cannot start, 2 if the configuration
//! cannot be used.

mod answer;
mod catalogue;
mod config;
mod connection;
mod log;
mod observe;
mod routes;
mod server;

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Config;

/// Receive webhooks: verify each delivery, refuse stale ones, accept each event once.
#[derive(Parser)]
#[command(name = "webhook", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Serve the routes of a configuration file, each at `/hooks/ROUTE`.
    Serve {
        /// JSON file that maps the name of each route to its provider and secret.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Address and port to listen on.
        #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
        listen: String,
    },
    /// List the providers with their aliases, their variants and the keys of a route.
    Providers {
        /// Print everything that is known about this provider: what to configure, and its traps.
        #[arg(conflicts_with = "json")]
        name: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::parse().verb {
        Verb::Serve { config, listen } => serve(&config, &listen).await,
        Verb::Providers {
            name: Some(name), ..
        } => show_provider(&name),
        Verb::Providers { json, .. } => list_providers(json),
    }
}

async fn serve(config: &Path, listen: &str) -> ExitCode {
    let log = match log::start() {
        Ok(log) => log,
        Err(error) => return failure("cannot start the log", &error),
    };
    let code = match load_and_serve(config, listen).await {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, message)) => {
            log.line(&message);
            ExitCode::from(code)
        }
    };
    log.flush();
    code
}

/// Serves until a signal, or fails with an exit code and a message.
async fn load_and_serve(config: &Path, listen: &str) -> Result<(), (u8, String)> {
    let routes = Config::load(config).map_err(|error| (2, message(config.display(), &error)))?;
    let place = format!("cannot serve on {listen}");
    let served = server::serve(routes, listen).await;
    served.map_err(|error| (1, message(place, &error)))
}

fn list_providers(json: bool) -> ExitCode {
    match catalogue::print(json) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure("cannot write to stdout", &error),
    }
}

fn show_provider(name: &str) -> ExitCode {
    match catalogue::print_page(name) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure("cannot show the provider", &error),
    }
}

/// Reports an error without the log.
fn failure(what: &str, error: &dyn Error) -> ExitCode {
    // Stderr may be closed. `eprintln!` would then panic.
    let _ = writeln!(io::stderr(), "{}", message(what, error));
    ExitCode::FAILURE
}

fn message(what: impl Display, error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("error: {what}: {error}: {source}"),
        None => format!("error: {what}: {error}"),
    }
}
