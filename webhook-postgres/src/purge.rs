//! The task that removes expired rows.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};
use webhook_core::StoreError;

use crate::database::Database;
use crate::sql::Statements;
use crate::sweep::Sweep;

/// How many rows a purge removes with one statement.
const BATCH: usize = 500;
/// The shortest pause between two batches.
const PAUSE: Duration = Duration::from_millis(10);
/// How many times as long as a batch the pause after it is, so that claims have the disk for
/// themselves most of the time.
const REST: u32 = 4;

/// The task. It ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Purge(AbortHandle);

impl Purge {
    /// Starts the task. It has to be called in a runtime.
    pub(crate) fn start(database: Database, sql: Arc<Statements>, every: Duration) -> Self {
        Self(tokio::spawn(run(database, sql, every)).abort_handle())
    }
}

impl Drop for Purge {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn run(database: Database, sql: Arc<Statements>, every: Duration) {
    loop {
        // Processes that were started together do not purge together.
        sleep(every.mul_f64(0.5 + random())).await;
        for sweep in Sweep::all(&database, &sql) {
            if let Err(error) = all(sweep).await {
                tracing::warn!(
                    target: "webhook",
                    error = &error as &dyn std::error::Error,
                    "expired records were not removed; the tables grow until the next try"
                );
            }
        }
    }
}

async fn all(mut sweep: Sweep<'_>) -> Result<(), StoreError> {
    loop {
        let begun = Instant::now();
        if sweep.batch(BATCH).await? < BATCH {
            return Ok(());
        }
        sleep(PAUSE.max(begun.elapsed() * REST)).await;
    }
}

/// A number from 0 to 1.
fn random() -> f64 {
    let bits = RandomState::new().hash_one(0_u8);
    f64::from(u16::try_from(bits & 0xffff).unwrap_or_default()) / 65_536.0
}
