//! The `webhook` command with Kafka.
//!
//! It is the command of `webhook-cli` with the key `kafka` for a route and for a consumer, in a
//! package of its own because it compiles librdkafka.

mod kafka;

use std::process::ExitCode;

fn main() -> ExitCode {
    webhook_cli::main_with(&[kafka::KIND])
}
