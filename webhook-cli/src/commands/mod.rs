//! The verbs of the command.

mod serve;
mod source;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::catalogue;
use crate::failure::Failure;
use crate::log;
use serve::Serve;

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
    /// List the providers with their aliases, their variants and the keys of a route.
    Providers {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Arguments {
    /// Runs the command. It reports its own error.
    pub(crate) async fn run(self) -> ExitCode {
        match self.verb {
            Verb::Serve(serve) => logged(serve.run()).await,
            Verb::Providers { json } => {
                let printed = catalogue::print(json);
                plain(printed.map_err(|error| Failure::other("cannot write to stdout", &error)))
            }
        }
    }
}

/// Runs a command that logs. Its error is the last line of the log.
async fn logged(command: impl Future<Output = Result<(), Failure>>) -> ExitCode {
    let log = match log::start() {
        Ok(log) => log,
        Err(error) => return plain(Err(Failure::other("cannot start the log", &error))),
    };
    let code = match command.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            log.line(failure.message());
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
            let _ = writeln!(io::stderr(), "{}", failure.message());
            failure.code()
        }
    }
}

const AFTER_HELP: &str = "\
Exit codes:
  0  done; `serve`: ended by SIGTERM or SIGINT
  1  the store, the address or another resource cannot be used
  2  the configuration or an argument cannot be used

Environment:
  RUST_LOG  what is logged, such as `debug` or `info,webhook=debug`; the default is `info`";
