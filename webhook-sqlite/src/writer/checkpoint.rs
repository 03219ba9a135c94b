//! When the write-ahead log is written back into the database.
//!
//! SQLite begins the log anew only if all of it was written back and nothing is written meanwhile.
//! So the [checkpointer](super::checkpointer) writes back most of it while the writer goes on, and
//! the writer the short rest. Without readers of an earlier state, the log has at most [`MOST`]
//! pages and a batch.

use super::checkpointer::{Checkpointer, WrittenBack, write_back};
use super::thread::Thread;
use crate::log_length;

/// From this length on, the log is written back. In pages of 4 KiB: 4 MiB. While the disk writes so
/// much, each COMMIT waits for it. In a table of a million rows, whose pages lie apart, the 99th
/// percentile of acceptance was 80 ms with 16 MiB and is 30 ms with 4, at the same rate.
const LONG: i64 = 1024;
/// A rest of this length is written back by the writer: 1 MiB.
const REST: i64 = 256;
/// At this length the writer waits until the log is written back: 64 MiB.
const MOST: i64 = 16_384;

/// The checkpoints of a store.
pub(super) struct Checkpoints {
    thread: Checkpointer,
    /// The length at which a reader stopped the last checkpoint. The log has to grow before another
    /// one is worth it.
    kept: i64,
}

impl Checkpoints {
    pub(super) fn new(thread: Checkpointer) -> Self {
        Self { thread, kept: 0 }
    }
}

impl Thread {
    /// Has the log written back once it is long.
    pub(super) fn checkpoint(&mut self) {
        let pages = log_length::get();
        let checkpoints = &mut self.checkpoints;
        if pages < checkpoints.kept {
            // The log has begun anew.
            checkpoints.kept = 0;
        }
        let grown = pages.saturating_sub(checkpoints.kept);
        if grown < LONG || (grown < MOST && checkpoints.thread.is_working()) {
            return;
        }
        match checkpoints.thread.wait() {
            Some(WrittenBack { log, back }) if back < log => checkpoints.kept = pages,
            Some(WrittenBack { back, .. }) if pages.saturating_sub(back) <= REST => self.rest(),
            _ if grown >= MOST => self.rest(),
            _ => checkpoints.thread.ask(),
        }
    }

    /// Writes back the rest, so that the next transaction begins the log anew.
    fn rest(&mut self) {
        let Ok(connection) = self.database.connection() else {
            return;
        };
        self.checkpoints.kept = match write_back(connection) {
            Some(WrittenBack { log, back }) if back == log => 0,
            Some(WrittenBack { log, .. }) => log,
            None => log_length::get(),
        };
        log_length::reset();
    }
}
