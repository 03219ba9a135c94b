//! Disturbs receivers of webhooks, and judges what is left. See `docs/faults.md`.

use std::process::ExitCode;

use webhook_test_faults::{Failure, cli};

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    cli::run().await
}
