//! A part of a transaction that can be undone alone.

use rusqlite::Connection;

use crate::failure::Failure;

/// An open savepoint. One that is neither kept nor undone ends with the transaction.
pub(crate) struct Savepoint<'c>(&'c Connection);

impl<'c> Savepoint<'c> {
    pub(crate) fn begin(connection: &'c Connection) -> Result<Self, Failure> {
        execute(connection, "savepoint webhook_part")?;
        Ok(Self(connection))
    }

    pub(crate) fn keep(self) -> Result<(), Failure> {
        execute(self.0, "release webhook_part")
    }

    pub(crate) fn undo(self) -> Result<(), Failure> {
        execute(self.0, "rollback to webhook_part")?;
        self.keep()
    }
}

fn execute(connection: &Connection, statement: &str) -> Result<(), Failure> {
    connection.prepare_cached(statement)?.execute([])?;
    Ok(())
}
