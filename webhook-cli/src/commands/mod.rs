//! The verbs of the command.

mod check;
mod inbox;
mod place;
mod secrets;
mod serve;
mod store;

use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::catalogue;
use crate::failure::Failure;
use crate::log::{self, Format};
use check::Check;
use inbox::InboxCommand;
use secrets::SecretsCommand;
use serve::Serve;
use store::StoreCommand;

/// Receive webhooks: verify each delivery, refuse stale ones, accept each event once.
#[derive(Parser)]
#[command(name = "webhook", version, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Serve(Serve),
    Check(Check),
    Store(StoreCommand),
    Secrets(SecretsCommand),
    Inbox(InboxCommand),
    /// List the providers with their aliases, their variants and the keys of a route.
    Providers {
        /// Print all that is known about this provider: what to configure, and its traps.
        #[arg(conflicts_with = "json")]
        name: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Arguments {
    /// Runs the command. It reports its own error.
    pub(crate) async fn run(self) -> ExitCode {
        match self.verb {
            Verb::Serve(serve) => logged(serve.log_format, serve.run()).await,
            Verb::Check(check) => logged(Format::Text, check.run()).await,
            Verb::Store(store) => logged(Format::Text, store.run()).await,
            Verb::Inbox(inbox) => logged(Format::Text, inbox.run()).await,
            Verb::Secrets(secrets) => logged(Format::Text, secrets.run()).await,
            Verb::Providers {
                name: Some(name), ..
            } => plain(show(&name)),
            Verb::Providers { json, .. } => plain(wrote(catalogue::print(json))),
        }
    }
}

/// Runs a command that logs. Its error is the last line of the log.
async fn logged(format: Format, command: impl Future<Output = Result<(), Failure>>) -> ExitCode {
    let log = match log::start(format) {
        Ok(log) => log,
        Err(error) => return plain(Err(Failure::other("cannot start the log", &error))),
    };
    let code = match command.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            log.error(failure.reason());
            failure.code()
        }
    };
    log.flush();
    code
}

/// Reports an error without the log.
fn plain(ended: Result<(), Failure>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Stderr may be closed. `eprintln!` would then panic.
            let _ = writeln!(io::stderr(), "error: {}", failure.reason());
            failure.code()
        }
    }
}

/// Prints the page of a provider.
fn show(name: &str) -> Result<(), Failure> {
    let unknown = "no provider has this name; `webhook providers` lists all of them";
    match catalogue::print_page(name) {
        Some(written) => wrote(written),
        None => Err(Failure::argument(name, unknown)),
    }
}

/// Writes a line to stdout.
fn print(line: impl Display) -> Result<(), Failure> {
    wrote(writeln!(io::stdout(), "{line}"))
}

/// The end of a command that wrote to stdout. A reader can close it early: that is not an error.
fn wrote(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(_) if closed(&written) => Ok(()),
        written => written.map_err(|error| Failure::other("cannot write to stdout", &error)),
    }
}

/// Whether the reader has closed stdout.
fn closed(written: &io::Result<()>) -> bool {
    matches!(written, Err(error) if error.kind() == io::ErrorKind::BrokenPipe)
}

const AFTER_HELP: &str = "\
Exit codes:
  0  done; `serve`: ended by SIGTERM or SIGINT
  1  the store, the address or another resource cannot be used; `inbox redrive`: stopped or cancelled
  2  the configuration or an argument cannot be used

Environment:
  RUST_LOG             what is logged, such as `debug` or `info,webhook=debug`; default: `info`
  WEBHOOK_SECRET_KEYS  the keys of `webhook secrets`, unless it has --keys, and of an inbox";
