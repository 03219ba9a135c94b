//! The length of the write-ahead log, which SQLite tells after each COMMIT.

use std::cell::Cell;
use std::ffi::c_int;

use rusqlite::Connection;
use rusqlite::hooks::Wal;

thread_local! {
    /// In pages. SQLite calls a function without a state, so the thread keeps it.
    static PAGES: Cell<i64> = const { Cell::new(0) };
}

/// Has SQLite tell the length of the log to the thread that commits.
pub(crate) fn watch(connection: &Connection) {
    connection.wal_hook(Some(note));
}

/// The length after the last COMMIT of this thread.
pub(crate) fn get() -> i64 {
    PAGES.get()
}

/// Until the next COMMIT, the length is not known.
pub(crate) fn reset() {
    PAGES.set(0);
}

fn note(_: &Wal, pages: c_int) -> rusqlite::Result<()> {
    PAGES.set(pages.into());
    Ok(())
}
