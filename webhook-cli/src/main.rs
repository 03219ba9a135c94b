//! The `webhook` command: see [`webhook_cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    webhook_cli::main_with(&[])
}
