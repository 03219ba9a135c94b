//! Other connections that write to the file, of this process or another.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;

/// How long after a sign of others the writer makes way for them.
const MEMORY: Duration = Duration::from_secs(1);
/// For so long. The others look for the lock more often.
const MAKE_WAY: Duration = Duration::from_micros(300);

/// What is known of others.
#[derive(Default)]
pub(super) struct Others {
    /// Changes when another connection commits.
    version: Option<i64>,
    seen: Option<Instant>,
}

impl Others {
    /// Looks for signs of others, after a transaction.
    pub(super) fn note(&mut self, connection: &Connection, was_free: bool) {
        let version = connection.prepare_cached("pragma data_version");
        let version = version.and_then(|mut version| version.query_row([], |row| row.get(0)));
        let version: Option<i64> = version.ok();
        let is_changed = self.version.is_some() && version != self.version;
        if !was_free || is_changed {
            self.seen = Some(Instant::now());
        }
        self.version = version;
    }

    /// Leaves the lock to others for a moment. Nobody queues for it: without this, a busy writer
    /// takes it again before another one looks.
    pub(super) fn make_way(&self) {
        if self.seen.is_some_and(|seen| seen.elapsed() < MEMORY) {
            std::thread::sleep(MAKE_WAY);
        }
    }
}

/// Waits before the writer looks for the lock again. The pauses vary, so that they do not always
/// miss the moment when it is free.
pub(super) fn pause() {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let rough_random = since.unwrap_or_default().subsec_nanos() / 64 % 200;
    std::thread::sleep(Duration::from_micros(50 + u64::from(rough_random)));
}
