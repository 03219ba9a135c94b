//! The `webhook` command: receives webhooks as a program of its own.
//!
//! `webhook serve --config FILE --listen ADDR:PORT` reads routes and secrets from a JSON file and
//! answers on `/hooks/<route>`. `webhook providers [--json]` lists what may be configured. Exit
//! codes: 0 after SIGTERM or SIGINT, 1 where the address cannot be listened on, 2 for a
//! configuration that cannot be used.

mod activity;
mod catalogue;
mod config;
mod connection;
mod connections;
mod entries;
mod escape;
mod keys;
mod linger;
mod log;
mod metered;
mod observe;
mod receipt;
mod requests;
mod router;
mod seldom;
mod serve;
mod settings;
mod suggest;

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
        Verb::Providers { json } => return providers(json),
    };
    // Without a thread for its log the process could not serve either.
    let Ok(log) = log::start() else {
        return ExitCode::FAILURE;
    };
    let ended = match Config::load(&config) {
        Ok(routes) => match serve::serve(routes, &listen).await {
            Ok(()) => Ok(()),
            Err(error) => Err((1, message(&listen, &error))),
        },
        Err(error) => Err((2, message(&config.display(), &error))),
    };
    let code = ended.map_or_else(
        |(code, message)| {
            log.line(&message);
            ExitCode::from(code)
        },
        |()| ExitCode::SUCCESS,
    );
    log.flush();
    code
}

fn providers(json: bool) -> ExitCode {
    match catalogue::print(json) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Stderr may be closed too.
            let _ = writeln!(io::stderr(), "{}", message(&"stdout", &error));
            ExitCode::from(1)
        }
    }
}

fn message(what: &dyn Display, error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("error: {what}: {error}: {source}"),
        None => format!("error: {what}: {error}"),
    }
}
