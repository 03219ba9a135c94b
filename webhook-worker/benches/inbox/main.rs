//! How many deliveries a second are stored, and how many are stored, handled and done.
//!
//! ```sh
//! cargo bench -p webhook-worker --bench inbox              # all of it
//! cargo bench -p webhook-worker --bench inbox -- sqlite    # or postgres
//! cargo bench -p webhook-worker --bench inbox -- growth    # three million rows, pruned meanwhile;
//!                                                          # of one table: `growth sqlite`
//! ```
//!
//! `BENCH_DIR` chooses the disk of SQLite, and `BENCH_SECS` the length of a run (default 3).
//! `DATABASE_URL` names the server of PostgreSQL. Otherwise a private one is started, on this
//! machine: client and server then share its processors.
//!
//! The rows "bare" are the same rows of the same size, written by hand in one transaction for each
//! delivery: no key is looked up, and no lease is kept.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "numbers to look at, and a bench fails by panicking"
)]

mod bare;
mod growth;
mod load;
mod tables;

use std::time::Duration;

fn main() {
    let wanted = std::env::args()
        .nth(1)
        .filter(|name| !name.starts_with('-'));
    let wants = |name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        if wanted.as_deref() == Some("growth") {
            return growth::run().await;
        }
        println!("{:<56} {:>9} {:>9} {:>9}", "", "a second", "p50", "p99");
        if wants("sqlite") {
            tables::sqlite(time()).await;
        }
        if wants("postgres") {
            tables::postgres(time()).await;
        }
    });
}

fn time() -> Duration {
    let secs = std::env::var("BENCH_SECS").ok();
    let secs = secs.and_then(|secs| secs.parse().ok());
    Duration::from_secs(secs.unwrap_or(3))
}
