//! A thread that writes the log back while the writer goes on.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

/// The writer's end of the thread. It ends when this is dropped.
pub(super) struct Checkpointer(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle(Option<WrittenBack>),
    Asked,
    Closed,
}

/// How much of the log a checkpoint has written back, in pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct WrittenBack {
    /// The length of the log when the checkpoint began.
    pub(super) log: i64,
    /// Less than `log` if a reader needs the rest.
    pub(super) back: i64,
}

impl Checkpointer {
    /// Starts the thread, with a connection of its own.
    pub(super) fn start(connection: Connection) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State::Idle(None)),
            changed: Condvar::new(),
        });
        let of_thread = shared.clone();
        std::thread::Builder::new()
            .name("webhook-sq-log".into())
            .spawn(move || of_thread.run(&connection))?;
        Ok(Self(shared))
    }

    /// Has the log written back.
    pub(super) fn ask(&self) {
        self.0.set(State::Asked);
    }

    pub(super) fn is_working(&self) -> bool {
        *self.0.lock() == State::Asked
    }

    /// What was written back since the last call. Waits for it if the thread is at work.
    pub(super) fn wait(&self) -> Option<WrittenBack> {
        let is_working = |state: &mut State| *state == State::Asked;
        let state = self.0.changed.wait_while(self.0.lock(), is_working);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Idle(None)) {
            State::Idle(written) => written,
            State::Asked | State::Closed => None,
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.0.set(State::Closed);
    }
}

impl Shared {
    fn run(&self, connection: &Connection) {
        loop {
            let is_idle = |state: &mut State| matches!(state, State::Idle(_));
            let state = self.changed.wait_while(self.lock(), is_idle);
            if *state.unwrap_or_else(PoisonError::into_inner) == State::Closed {
                return;
            }
            // Whatever happens, the writer does not wait for ever.
            let written = catch_unwind(AssertUnwindSafe(|| write_back(connection)));
            let written = written.unwrap_or_default();
            let mut state = self.lock();
            if *state == State::Asked {
                *state = State::Idle(written);
                self.changed.notify_all();
            }
        }
    }

    fn set(&self, state: State) {
        *self.lock() = state;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes back what no reader needs, and waits for nobody.
pub(super) fn write_back(connection: &Connection) -> Option<WrittenBack> {
    let written = connection.query_row("pragma wal_checkpoint(passive)", [], |row| {
        Ok(WrittenBack {
            log: row.get(1)?,
            back: row.get(2)?,
        })
    });
    written
        .inspect_err(|error| tracing::warn!(%error, "cannot write the log of SQLite back"))
        .ok()
}
