//! Keeps the write-ahead log short.

use rusqlite::Connection;

use super::thread::Thread;
use crate::log_length;

/// How long the log grows before it is written back: 16 MiB in pages of 4 KiB.
const PAGES: i64 = 4096;

/// When the log is written back.
#[derive(Default)]
pub(super) struct Checkpoints {
    /// Pages that a reader keeps in the log: trying again before it has grown would be in vain.
    kept: i64,
}

impl Thread {
    /// Writes the log back once it is long. Without readers of an earlier state, the next write
    /// begins the log anew.
    pub(super) fn checkpoint(&mut self) {
        let pages = log_length::get();
        if pages < self.checkpoints.kept.saturating_add(PAGES) {
            return;
        }
        log_length::reset();
        let Ok(connection) = self.database.connection() else {
            return;
        };
        self.checkpoints.kept = match write_back(connection) {
            Ok(kept) => kept,
            Err(error) => {
                tracing::warn!(%error, "cannot write the log back");
                pages
            }
        };
    }
}

/// Returns the length of the log, unless all of it was written back.
fn write_back(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("pragma wal_checkpoint(passive)", [], |row| {
        let (log, back): (i64, i64) = (row.get(1)?, row.get(2)?);
        Ok(if back < log { log } else { 0 })
    })
}
