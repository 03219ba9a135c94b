//! Logging that never blocks and never fails.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::escape::Escaped;

/// A queue of log lines. A thread writes them to stderr.
///
/// Stderr may be an unread pipe, a file on a full disk, or closed. A line is dropped and counted
/// where the queue is full, or where it cannot be written. The next successful write is followed by
/// a warning with that count.
#[derive(Clone)]
pub(crate) struct Log(Arc<Queue>);

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

/// Logs to stderr from here on, panics included. `RUST_LOG` sets the filter, `info` unless set.
///
/// # Errors
///
/// The operating system gives no thread.
pub(crate) fn start() -> io::Result<Log> {
    let log = Log(Arc::default());
    let queue = log.0.clone();
    thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || queue.write_to(&mut io::stderr()))?;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(log.clone())
        .with_ansi(io::stderr().is_terminal())
        // Internal errors are written to stderr directly, which blocks on an unread pipe and panics
        // on a closed one.
        .log_internal_errors(false)
        .init();
    log_panics(log.clone());
    Ok(log)
}

/// The standard hook writes to stderr directly, which blocks on an unread pipe.
fn log_panics(log: Log) {
    std::panic::set_hook(Box::new(move |panic| {
        let payload = panic.payload();
        let message = payload.downcast_ref::<&str>().copied();
        let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let message = Escaped::new(message.unwrap_or_default());
        match panic.location() {
            Some(location) => log.line(&format!("panicked at {location}: {message:?}")),
            None => log.line(&format!("panicked: {message:?}")),
        }
    }));
}

impl Log {
    /// Logs a line without its line break, whatever the filter.
    pub(crate) fn line(&self, line: &str) {
        self.0.push(format!("{line}\n").as_bytes());
    }

    /// Waits until every line is written, but no longer than [`FLUSH`].
    pub(crate) fn flush(&self) {
        let unwritten = |state: &mut State| state.writing || !state.lines.is_empty();
        let _ = self
            .0
            .changed
            .wait_timeout_while(self.0.state(), FLUSH, unwritten);
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = &'a Queue;

    fn make_writer(&'a self) -> &'a Queue {
        &self.0
    }
}

/// Takes whole lines.
impl Write for &Queue {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.push(lines);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Queue {
    fn push(&self, lines: &[u8]) {
        let mut state = self.state();
        if lines.len() > QUEUE.saturating_sub(state.lines.len()) {
            state.dropped = state.dropped.saturating_add(count(lines));
            return;
        }
        state.lines.extend_from_slice(lines);
        drop(state);
        self.changed.notify_all();
    }

    /// Writes lines for ever.
    fn write_to(&self, out: &mut impl Write) {
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

    /// Waits for lines and takes all there are.
    fn take(&self) -> Vec<u8> {
        let state = self.state();
        let empty = |state: &mut State| state.lines.is_empty();
        let state = self.changed.wait_while(state, empty);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.writing = true;
        std::mem::take(&mut state.lines)
    }

    /// Nothing panics while the state is locked, and it would be whole if something did.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(lines: &[u8]) -> u64 {
    lines.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// Bytes of lines that wait to be written.
const QUEUE: usize = 1024 * 1024;
/// How long the end of the program waits for its last lines.
const FLUSH: Duration = Duration::from_secs(1);
