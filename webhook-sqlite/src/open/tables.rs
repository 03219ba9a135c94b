//! The tables in a file: whether they are sound, and how they are made and migrated.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use super::connect::fault;
use super::error::{OpenError, OpenErrorKind};
use crate::sql::{self, SCHEMA, SCHEMA_VERSION};

/// The step from each version to the next. The first is from version 1.
const UPGRADES: &[&str] = &[];

/// Refuses tables that are damaged, of a later version, or not the store's. Writes nothing.
pub(super) fn examine(
    path: &Path,
    connection: &Connection,
    is_known_sound: bool,
) -> Result<(), OpenError> {
    if !exist(path, connection)? {
        return Ok(());
    }
    version(path, connection)?;
    if is_known_sound {
        return Ok(());
    }
    for table in [
        "webhook_key",
        "webhook_group",
        "webhook_secret",
        "webhook_entity",
        // Not the bodies, which are most of the file: a body that was changed does not open.
        "webhook_delivery",
        "webhook_attempt",
        "webhook_step",
        "webhook_action",
        "webhook_store",
    ] {
        check(path, connection, table)?;
    }
    Ok(())
}

/// Makes the tables if there are none, and migrates those of an earlier version.
pub(super) fn make(path: &Path, connection: &mut Connection) -> Result<(), OpenError> {
    let fault = |error| fault(path, error);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = transaction.map_err(fault)?;
    if !exist(path, &transaction)? {
        transaction.execute_batch(SCHEMA).map_err(fault)?;
    }
    let version = version(path, &transaction)?;
    let done = usize::try_from(version.saturating_sub(1)).unwrap_or_default();
    for upgrade in UPGRADES.iter().skip(done) {
        transaction.execute_batch(upgrade).map_err(fault)?;
    }
    for statement in sql::ALL {
        transaction.prepare(statement).map_err(fault)?;
    }
    #[cfg(feature = "secret-store")]
    for statement in crate::secrets::ALL {
        transaction.prepare(statement).map_err(fault)?;
    }
    #[cfg(feature = "inbox")]
    for statement in crate::inbox::ALL {
        transaction.prepare(statement).map_err(fault)?;
    }
    transaction.commit().map_err(fault)
}

/// Whether the tables are there. Some of them are an error.
fn exist(path: &Path, connection: &Connection) -> Result<bool, OpenError> {
    let count = connection.query_row(sql::COUNT_TABLES, [], |row| row.get(0));
    match count.map_err(|error| fault(path, error))? {
        0 => Ok(false),
        sql::TABLES => Ok(true),
        _ => Err(OpenError::new(path, OpenErrorKind::OtherTables)),
    }
}

/// The version of the tables, if this crate knows it.
fn version(path: &Path, connection: &Connection) -> Result<i64, OpenError> {
    let stored = connection.query_row(sql::STORE, [], |row| row.get(0));
    let stored = stored.optional().map_err(|error| fault(path, error))?;
    match stored {
        Some(version @ 1..=SCHEMA_VERSION) => Ok(version),
        Some(found) => Err(OpenError::new(
            path,
            OpenErrorKind::SchemaVersion {
                found,
                known: SCHEMA_VERSION,
            },
        )),
        None => Err(OpenError::new(path, OpenErrorKind::Damaged)),
    }
}

/// Reads the whole table. SQLite keeps no checksums, so this finds what is malformed, and not a
/// value that was changed into another one.
fn check(path: &Path, connection: &Connection, table: &str) -> Result<(), OpenError> {
    let mut found: Vec<String> = Vec::new();
    let row = |row: &rusqlite::Row<'_>| row.get(0).map(|line| found.push(line));
    let checked = connection.pragma(None, "quick_check", table, row);
    checked.map_err(|error| fault(path, error))?;
    match found.as_slice() {
        [line] if line == "ok" => Ok(()),
        lines => Err(OpenError::with_source(
            path,
            OpenErrorKind::Damaged,
            lines.join("; "),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_has_a_step_to_the_next() {
        let steps = i64::try_from(UPGRADES.len()).unwrap();
        assert_eq!(steps + 1, SCHEMA_VERSION);
    }
}
