//! The queue between the threads that log and the thread that writes.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A bounded queue of log lines.
///
/// Stderr can be an unread pipe, a file on a full disk, or closed. The queue drops and counts a
/// line if it is full or if the line cannot be written. A warning with the count follows the next
/// line that can be written.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    /// Notified when `state` changes.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    lines: Vec<u8>,
    /// Whether the thread is writing lines that it took from `lines`.
    writing: bool,
    dropped: u64,
}

impl Queue {
    /// Adds whole lines, or drops them if the queue is full.
    pub(super) fn push(&self, lines: &[u8]) {
        let mut state = self.state();
        if lines.len() > CAPACITY.saturating_sub(state.lines.len()) {
            state.dropped = state.dropped.saturating_add(count(lines));
            return;
        }
        state.lines.extend_from_slice(lines);
        drop(state);
        self.changed.notify_all();
    }

    /// Writes lines forever.
    pub(super) fn write_to(&self, out: &mut impl Write) {
        let mut reported = 0;
        loop {
            let lines = self.take();
            let written = out.write_all(&lines).and_then(|()| out.flush());
            let mut state = self.state();
            if written.is_err() {
                state.dropped = state.dropped.saturating_add(count(&lines));
            }
            let dropped = state.dropped;
            drop(state);
            if written.is_ok() && dropped > reported {
                reported = dropped;
                tracing::warn!(dropped, "log lines dropped");
            }
            self.state().writing = false;
            self.changed.notify_all();
        }
    }

    /// Waits until every line is written, for [`FLUSH_TIMEOUT`] at most.
    pub(super) fn wait_until_written(&self) {
        let unwritten = |state: &mut State| state.writing || !state.lines.is_empty();
        let _ = self
            .changed
            .wait_timeout_while(self.state(), FLUSH_TIMEOUT, unwritten);
    }

    /// Waits for lines and takes all of them.
    fn take(&self) -> Vec<u8> {
        let state = self.state();
        let empty = |state: &mut State| state.lines.is_empty();
        let state = self.changed.wait_while(state, empty);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.writing = true;
        std::mem::take(&mut state.lines)
    }

    /// Locks the state. No code panics while it holds the lock, and the state stays valid anyway.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The subscriber writes whole lines.
impl Write for &Queue {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.push(lines);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn count(lines: &[u8]) -> u64 {
    lines.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// Bytes of lines that can wait for the thread.
const CAPACITY: usize = 1024 * 1024;
/// How long the process waits for its last lines before it exits.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);
